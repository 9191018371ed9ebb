import { documentKey, type Manifest } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { ChunkIndex, DocumentWrite, FoundChunk } from './index.ts';
import { isCurrent } from './is-current.ts';
import { checkIdentity, readIdentity } from './opensearch/apply.ts';
import type { BulkOptions } from './opensearch/bulk.ts';
import { type Connection, createClient } from './opensearch/client.ts';
import { coalesce } from './opensearch/coalesce.ts';
import {
  chunkId,
  documentId,
  FOUND_FIELDS,
  type FoundDocument,
  type ManifestDocument,
  toStoredManifest,
} from './opensearch/documents.ts';
import { fromStatus, type OpenSearchError, toFreshetError } from './opensearch/failure.ts';
import { type IndexOptions, indexNames } from './opensearch/mapping.ts';
import { createSearcher } from './opensearch/searcher.ts';
import { createWatermarkStore } from './opensearch/watermarks.ts';
import { createWriter } from './opensearch/writer.ts';

export interface OpenSearchChunkIndexOptions {
  connection: Connection;
  index: Pick<IndexOptions, 'prefix' | 'dimensions' | 'embedder' | 'efSearch'>;
  bulk?: BulkOptions;
}

/** One document of a `_mget`. */
interface Get {
  _index: string;
  _id: string;
  _source?: boolean | string[];
}

/** Vectors of so many chunks are read at once: some 5 KiB each. */
const VECTORS_PAGE = 500;

/**
 * The index on OpenSearch. Opens without a connection: while the cluster is down, refuses us, or holds no index that
 * fits the embedder, every call rejects with the reason, and the next one that can go through does.
 */
export async function openOpenSearchChunkIndex({
  connection,
  index,
  bulk: bulkOptions = {},
}: OpenSearchChunkIndexOptions): Promise<ChunkIndex> {
  const client = await createClient(connection);
  const { chunks, manifests } = indexNames(index.prefix);
  const watermarks = createWatermarkStore({ client, read: manifests.read, write: manifests.write });
  const search = createSearcher({ client, chunks: chunks.read, efSearch: index.efSearch });
  let isVerified = false;

  async function verify(): Promise<void> {
    isVerified = false;
    const identity = await readIdentity(client, chunks.read);
    if (!identity) {
      throw new FreshetError('FRESHET_INDEX_UNKNOWN', {
        detail: `OpenSearch has no ${chunks.read}: run \`freshet index apply\` with the configuration of the services.`,
      });
    }
    checkIdentity(identity, index);
    isVerified = true;
  }

  /** Nothing is read or written before the index is known to fit: vectors of another embedder would be nonsense. */
  async function guarded<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      if (!isVerified) await verify();
      return await call();
    } catch (error) {
      throw toFreshetError(error);
    }
  }

  /** Reads by id, which is realtime; `undefined` for what is not there. */
  const get = coalesce(
    async (calls: Get[][]): Promise<(object | undefined)[][]> => {
      const docs = calls.flat();
      const { body } = await client.mget({ body: { docs } as never });
      const found = (body.docs as { _source?: object; error?: OpenSearchError }[]).map(
        ({ _source, error }) => {
          if (error) throw fromStatus(error.type === 'index_not_found_exception' ? 404 : 503, error);
          return _source;
        },
      );
      let from = 0;
      return calls.map(({ length }) => {
        from += length;
        return found.slice(from - length, from);
      });
    },
    { most: 16, concurrency: 8 },
  );

  const manifestGet = (key: string): Get => ({ _index: manifests.read, _id: documentId(key) });
  const readManifest = async (keys: readonly string[]) =>
    keys.length === 0 ? [] : ((await get(keys.map(manifestGet))) as (ManifestDocument | undefined)[]);

  const write = coalesce(
    createWriter({
      client,
      chunks: chunks.write,
      manifests: manifests.write,
      readManifest,
      verify,
      bulkOptions,
    }),
    { keyOf: ({ manifest }: DocumentWrite) => documentKey(manifest) },
  );
  const readWatermark = coalesce<void, Awaited<ReturnType<typeof watermarks.read>>>(
    async (calls) => {
      const watermark = await watermarks.read();
      return calls.map(() => watermark);
    },
    { most: Number.POSITIVE_INFINITY },
  );

  return {
    readManifests: (documents) =>
      guarded(async () => {
        const keys = documents.map(documentKey);
        const found = await readManifest(keys);
        return new Map(
          found.flatMap((manifest, i) =>
            manifest ? [[keys[i] as string, toStoredManifest(manifest)] as const] : [],
          ),
        );
      }),

    write: (documents) =>
      guarded(async () => {
        const outcomes = await Promise.all(documents.map(write));
        return outcomes.map((outcome) => {
          if (outcome instanceof FreshetError) throw outcome;
          return outcome;
        });
      }),

    readVectors: (document, embedder) =>
      guarded(async () => {
        const key = documentKey(document);
        const [stored] = await readManifest([key]);
        const vectors = new Map<string, Float32Array>();
        if (stored?.manifest.embedder !== embedder) return vectors;
        for (let start = 0; start < stored.ordinals; start += VECTORS_PAGE) {
          const found = (await get(
            Array.from({ length: Math.min(VECTORS_PAGE, stored.ordinals - start) }, (_, i) => ({
              _index: chunks.read,
              _id: chunkId(key, start + i),
              _source: ['contentHash', 'vector'],
            })),
          )) as ({ contentHash: string; vector: number[] } | undefined)[];
          for (const chunk of found)
            if (chunk) vectors.set(chunk.contentHash, Float32Array.from(chunk.vector));
        }
        return vectors;
      }),

    search: (request) => guarded(() => search(request)),

    readHits: (access, hits) =>
      guarded(async () => {
        if (hits.length === 0) return [];
        const found = await get([
          ...hits.map(({ documentKey }) => manifestGet(documentKey)),
          ...hits.map(({ documentKey, ordinal }) => ({
            _index: chunks.read,
            _id: chunkId(documentKey, ordinal),
            _source: FOUND_FIELDS,
          })),
        ]);
        return hits.map((hit, i): FoundChunk | undefined => {
          const manifest = (found[i] as ManifestDocument | undefined)?.manifest;
          const chunk = found[hits.length + i] as FoundDocument | undefined;
          if (!isCurrent(hit, manifest, access) || chunk?.version !== hit.version) return undefined;
          const { headingPath, text, span } = chunk;
          return { manifest, headingPath, text, span };
        });
      }),

    advanceWatermark: (watermark) =>
      guarded(async () => {
        await client.indices.refresh({ index: [chunks.write, manifests.write] });
        await watermarks.advance(watermark);
      }),

    watermark: () => guarded(() => readWatermark()),

    statistics: (tenant) =>
      guarded(async () => {
        const { body } = await client.search({
          index: manifests.read,
          body: {
            size: 0,
            query: { term: { tenant } },
            aggs: {
              states: { terms: { field: 'state' } },
              chunks: { sum: { field: 'chunkCount' } },
            },
          } as never,
        });
        const { states, chunks: total } = body.aggregations as unknown as {
          states: { buckets: { key: Manifest['state']; doc_count: number }[] };
          chunks: { value: number };
        };
        const count = (state: Manifest['state']) =>
          states.buckets.find(({ key }) => key === state)?.doc_count ?? 0;
        return { documents: count('live'), tombstones: count('deleted'), chunks: total.value };
      }),

    ping: async () => {
      try {
        await verify();
        await watermarks.read();
      } catch (error) {
        throw toFreshetError(error);
      }
    },

    close: () => client.close(),
  };
}
