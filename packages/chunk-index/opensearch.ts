import { documentKey, type Watermark } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { Client } from '@opensearch-project/opensearch';
import type { ChunkIndex, DocumentWrite } from './index.ts';
import { checkIdentity, readIdentity } from './opensearch/apply.ts';
import type { BulkOptions } from './opensearch/bulk.ts';
import { type Connection, createClient } from './opensearch/client.ts';
import { coalesce } from './opensearch/coalesce.ts';
import { toFreshetError } from './opensearch/failure.ts';
import { createLeftovers } from './opensearch/leftovers.ts';
import { type IndexOptions, indexNames } from './opensearch/mapping.ts';
import { createReader } from './opensearch/reader.ts';
import { createSearcher } from './opensearch/searcher.ts';
import { createSuggester } from './opensearch/suggester.ts';
import { createWatermarkStore } from './opensearch/watermarks.ts';
import { createWriter } from './opensearch/writer.ts';
import { pages } from './pages.ts';

/** Every refresh makes a segment with a graph, which merges make anew: many small ones cost more than what they hold. */
const REFRESH_EVERY_MS = 250;

export interface OpenSearchChunkIndexOptions {
  connection: Connection;
  index: Pick<IndexOptions, 'prefix' | 'dimensions' | 'embedder' | 'efSearch'>;
  bulk?: BulkOptions;
  /** Between two refreshes at least, in milliseconds; the first after a pause waits for nothing. */
  refreshEveryMs?: number;
}

/**
 * The index on OpenSearch. Opens without a connection: while the cluster is down, refuses us, or holds no index that
 * fits the embedder, every call rejects with the reason, and the next one that can go through does.
 */
export async function openOpenSearchChunkIndex({
  connection,
  ...options
}: OpenSearchChunkIndexOptions): Promise<ChunkIndex> {
  return createOpenSearchChunkIndex(await createClient(connection), options);
}

/** The index on a client of the caller's, which closes with it. */
export function createOpenSearchChunkIndex(
  client: Client,
  {
    index,
    bulk: bulkOptions = {},
    refreshEveryMs = REFRESH_EVERY_MS,
  }: Omit<OpenSearchChunkIndexOptions, 'connection'>,
): ChunkIndex {
  const { chunks, manifests } = indexNames(index.prefix);
  const reader = createReader({ client, chunks: chunks.read, manifests: manifests.read });
  const search = createSearcher({ client, chunks: chunks.read, efSearch: index.efSearch });
  const suggest = createSuggester({ client, chunks: chunks.read });
  const watermarks = createWatermarkStore({ client, read: manifests.read, write: manifests.write });
  const removeLeftovers = createLeftovers({
    client,
    chunks,
    readManifests: reader.readManifestDocuments,
    bulkOptions,
  });
  let isVerified = false;
  let verifying: Promise<void> | undefined;

  /** Asks the cluster; calls that come meanwhile go by what was known before. */
  async function verify(): Promise<void> {
    try {
      const identity = await readIdentity(client, chunks.read);
      if (!identity) {
        throw new FreshetError('FRESHET_INDEX_UNKNOWN', {
          detail: `OpenSearch has no ${chunks.read}: run \`freshet index apply\` with the configuration of the services.`,
        });
      }
      checkIdentity(identity, index);
      isVerified = true;
    } catch (error) {
      isVerified = false;
      throw error;
    }
  }

  function coded<Arguments extends unknown[], Result>(
    call: (...args: Arguments) => Promise<Result>,
  ): (...args: Arguments) => Promise<Result> {
    return async (...args) => {
      try {
        return await call(...args);
      } catch (error) {
        throw toFreshetError(error);
      }
    };
  }

  /** Nothing is read or written before the index is known to fit: vectors of another embedder would be nonsense. */
  function guarded<Arguments extends unknown[], Result>(
    call: (...args: Arguments) => Promise<Result>,
  ): (...args: Arguments) => Promise<Result> {
    return coded(async (...args) => {
      if (!isVerified) {
        // One question for all who wait, who then go on in the order in which they came.
        verifying ??= verify().finally(() => {
          verifying = undefined;
        });
        await verifying;
      }
      return call(...args);
    });
  }

  const write = coalesce(
    createWriter({
      client,
      chunks: chunks.write,
      manifests: manifests.write,
      readManifests: reader.readManifestDocuments,
      verify,
      bulkOptions,
    }),
    { keyOf: ({ manifest }: DocumentWrite) => documentKey(manifest) },
  );
  /** What was written before the call is in the refresh that begins after it, whoever else waits for that too. */
  const advanceWatermark = coalesce<Watermark, void>(
    async (advances) => {
      await client.indices.refresh({ index: [chunks.write, manifests.write] });
      await watermarks.advance(greatest(advances));
      return [];
    },
    { most: Number.POSITIVE_INFINITY, everyMs: refreshEveryMs },
  );
  const readWatermark = coalesce<void, Watermark>(
    async (calls) => {
      const watermark = await watermarks.read();
      return calls.map(() => watermark);
    },
    { most: Number.POSITIVE_INFINITY },
  );

  return {
    readManifests: guarded(reader.readManifests),
    listManifests: (query) => pages(query, guarded(reader.manifestPage)),
    readVectors: guarded(reader.readVectors),
    readHits: guarded(reader.readHits),
    listSources: guarded(reader.listSources),
    statistics: guarded(reader.statistics),
    search: guarded(search),
    suggest: guarded(suggest),
    watermark: guarded(() => readWatermark()),

    write: guarded(async (documents: readonly DocumentWrite[]) => {
      const outcomes = await Promise.all(documents.map(write));
      return outcomes.map((outcome) => {
        if (outcome instanceof FreshetError) throw outcome;
        return outcome;
      });
    }),

    advanceWatermark: guarded(advanceWatermark),
    removeLeftovers: guarded(removeLeftovers),

    ping: coded(async () => {
      await verify();
      await watermarks.read();
    }),

    close: () => client.close(),
  };
}

/** Of each partition the greatest offset. */
function greatest(watermarks: readonly Watermark[]): Watermark {
  const offsets = new Map<number, number>();
  for (const watermark of watermarks) {
    for (const [partition, offset] of watermark) {
      offsets.set(partition, Math.max(offset, offsets.get(partition) ?? 0));
    }
  }
  return offsets;
}
