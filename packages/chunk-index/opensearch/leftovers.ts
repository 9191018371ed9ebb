import { fenceOf } from '@freshet/shared/contracts';
import type { Client } from '@opensearch-project/opensearch';
import { type BulkOptions, bulk, type Operation } from './bulk.ts';
import type { ManifestDocument } from './documents.ts';

export interface LeftoversOptions {
  client: Client;
  /** Names of the aliases: read from, and written to. */
  chunks: { read: string; write: string };
  /** Realtime. */
  readManifests(keys: readonly string[]): Promise<(ManifestDocument | undefined)[]>;
  bulkOptions?: BulkOptions;
  /** Documents of one page. */
  pageSize?: number;
}

interface Versions {
  key: { documentKey: string; version: number };
}

interface Page {
  buckets: Versions[];
  /** Absent on the last page. */
  after_key?: object;
}

/** The most that OpenSearch gives at once; of a document with more, the next run removes the rest. */
const CHUNKS = 10_000;

/**
 * Removes chunks that nobody can read, since their document's manifest is at another version, deleted, or missing: what
 * a writer left that lost against a newer version and broke off before it took its own chunks back. A deletion stands
 * under the version of the chunk itself: one that was written anew meanwhile stays, whenever it runs.
 *
 * Only of documents whose manifest was written before `before`: what is being written now is its writer's.
 */
export function createLeftovers({
  client,
  chunks,
  readManifests,
  bulkOptions,
  pageSize = 1_000,
}: LeftoversOptions): (before: Date) => Promise<number> {
  /** Every pair of document and version that the index has chunks of, as the last refresh left it. */
  async function* versions(): AsyncGenerator<Versions['key'][]> {
    let after: object | undefined;
    do {
      const composite = {
        size: pageSize,
        sources: [
          { documentKey: { terms: { field: 'documentKey' } } },
          { version: { terms: { field: 'version' } } },
        ],
        ...(after ? { after } : {}),
      };
      const { body } = await client.search({
        index: chunks.read,
        body: { size: 0, aggs: { versions: { composite } } } as never,
      });
      const page = (body.aggregations as unknown as { versions: Page }).versions;
      yield page.buckets.map(({ key }) => key);
      after = page.after_key;
    } while (after);
  }

  async function remove({ documentKey, version }: Versions['key']): Promise<number> {
    const { body } = await client.search({
      index: chunks.read,
      body: {
        size: CHUNKS,
        _source: false,
        query: { bool: { filter: [{ term: { documentKey } }, { term: { version } }] } },
      } as never,
    });
    const operations = body.hits.hits.map(
      ({ _id }): Operation => ({
        index: chunks.write,
        id: String(_id),
        version: fenceOf({ version, state: 'live' }),
      }),
    );
    const outcomes = await bulk(client, operations, bulkOptions);
    return outcomes.filter(({ result }) => result === 'done').length;
  }

  return async (before) => {
    let removed = 0;
    for await (const page of versions()) {
      // Read after the chunks were seen: a manifest is never older than its chunks.
      const manifests = await readManifests(page.map(({ documentKey }) => documentKey));
      for (const [i, chunk] of page.entries()) {
        if (isLeftover(chunk, manifests[i], before)) removed += await remove(chunk);
      }
    }
    return removed;
  };
}

function isLeftover(
  { version }: Versions['key'],
  stored: ManifestDocument | undefined,
  before: Date,
): boolean {
  if (!stored) return true;
  const { state, version: present, indexedAt } = stored.manifest;
  const isRead = state === 'live' && present === version;
  return !isRead && new Date(indexedAt) < before;
}
