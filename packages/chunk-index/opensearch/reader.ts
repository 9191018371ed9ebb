import { type Access, type DocumentRef, documentKey, type Manifest } from '@freshet/shared/contracts';
import type { Client } from '@opensearch-project/opensearch';
import type { FoundChunk, Hit, IndexStatistics, ManifestQuery, StoredManifest } from '../index.ts';
import { isCurrent } from '../is-current.ts';
import { coalesce } from './coalesce.ts';
import {
  chunkId,
  documentId,
  FOUND_FIELDS,
  type FoundDocument,
  fromBase64,
  type ManifestDocument,
  toStoredManifest,
} from './documents.ts';
import { fromStatus, type OpenSearchError } from './failure.ts';

/** One document of a `_mget`. */
interface Get {
  _index: string;
  _id: string;
  _source?: string[];
  stored_fields?: string[];
}

interface Got {
  _source?: object;
  fields?: { embedding?: [string] };
  error?: OpenSearchError;
}

interface SourcePage {
  buckets: { key: Pick<DocumentRef, 'tenant' | 'source'> }[];
  /** Absent on the last page. */
  after_key?: object;
}

/** Vectors of so many chunks are read at once: some 2 KiB each. */
const VECTORS_PAGE = 500;

export interface ReaderOptions {
  client: Client;
  /** Names of the aliases that are read. */
  chunks: string;
  manifests: string;
}

/** Reads by id, which are realtime: they see every write that was answered. And counts, which are not. */
export function createReader({ client, chunks, manifests }: ReaderOptions) {
  const get = coalesce(
    async (calls: Get[][]): Promise<Got[][]> => {
      const { body } = await client.mget({ body: { docs: calls.flat() } as never });
      const found = body.docs as Got[];
      for (const { error } of found) if (error) throw fromStatus(503, error);
      let from = 0;
      return calls.map(({ length }) => {
        from += length;
        return found.slice(from - length, from);
      });
    },
    { most: 16, concurrency: 8 },
  );

  const manifestGet = (key: string): Get => ({ _index: manifests, _id: documentId(key) });
  const toManifest = (got: Got | undefined) => got?._source as ManifestDocument | undefined;

  async function readManifestDocuments(keys: readonly string[]): Promise<(ManifestDocument | undefined)[]> {
    return keys.length === 0 ? [] : (await get(keys.map(manifestGet))).map(toManifest);
  }

  return {
    readManifestDocuments,

    async readManifests(documents: readonly DocumentRef[]): Promise<Map<string, StoredManifest>> {
      const keys = documents.map(documentKey);
      const manifests = new Map<string, StoredManifest>();
      for (const [i, found] of (await readManifestDocuments(keys)).entries()) {
        if (found) manifests.set(keys[i] as string, toStoredManifest(found));
      }
      return manifests;
    },

    /** Not realtime: as the last refresh left it. */
    async manifestPage(
      { tenant, source, state, prefix, after, changedBefore }: ManifestQuery,
      limit: number,
    ): Promise<StoredManifest[]> {
      const filter = [
        { term: { tenant } },
        { term: { source } },
        ...(state ? [{ term: { state } }] : []),
        ...(prefix ? [{ prefix: { documentId: prefix } }] : []),
        ...(changedBefore ? [{ range: { changedAt: { lt: changedBefore.toISOString() } } }] : []),
      ];
      const { body } = await client.search({
        index: manifests,
        body: {
          size: limit,
          query: { bool: { filter } },
          sort: [{ documentId: 'asc' }],
          ...(after === undefined ? {} : { search_after: [after] }),
        } as never,
      });
      const hits = body.hits.hits as unknown as { _source: ManifestDocument }[];
      return hits.map(({ _source }) => toStoredManifest(_source));
    },

    async readHits(access: Access, hits: readonly Hit[]): Promise<(FoundChunk | undefined)[]> {
      if (hits.length === 0) return [];
      const found = await get([
        ...hits.map(({ documentKey }) => manifestGet(documentKey)),
        ...hits.map(({ documentKey, ordinal }) => ({
          _index: chunks,
          _id: chunkId(documentKey, ordinal),
          _source: FOUND_FIELDS,
        })),
      ]);
      return hits.map((hit, i) => {
        const manifest = toManifest(found[i])?.manifest;
        const chunk = found[hits.length + i]?._source as FoundDocument | undefined;
        if (!isCurrent(hit, manifest, access) || chunk?.version !== hit.version) return undefined;
        const { headingPath, text, span } = chunk;
        return { manifest, headingPath, text, span };
      });
    },

    async readVectors(document: DocumentRef, embedder: string): Promise<Map<string, Float32Array>> {
      const key = documentKey(document);
      const vectors = new Map<string, Float32Array>();
      const [stored] = await readManifestDocuments([key]);
      if (stored?.manifest.embedder !== embedder) return vectors;
      for (let start = 0; start < stored.ordinals; start += VECTORS_PAGE) {
        const found = await get(
          Array.from({ length: Math.min(VECTORS_PAGE, stored.ordinals - start) }, (_, i) => ({
            _index: chunks,
            _id: chunkId(key, start + i),
            _source: ['contentHash'],
            stored_fields: ['embedding'],
          })),
        );
        for (const { _source, fields } of found) {
          const [embedding] = fields?.embedding ?? [];
          if (embedding) vectors.set((_source as { contentHash: string }).contentHash, fromBase64(embedding));
        }
      }
      return vectors;
    },

    /** Not realtime. */
    async listSources(): Promise<Pick<DocumentRef, 'tenant' | 'source'>[]> {
      const found: Pick<DocumentRef, 'tenant' | 'source'>[] = [];
      let after: object | undefined;
      do {
        const pairs = {
          composite: {
            size: 1000,
            sources: [{ tenant: { terms: { field: 'tenant' } } }, { source: { terms: { field: 'source' } } }],
            ...(after ? { after } : {}),
          },
        };
        const { body } = await client.search({
          index: manifests,
          body: { size: 0, query: { term: { state: 'live' } }, aggs: { pairs } } as never,
        });
        const page = (body.aggregations as unknown as { pairs: SourcePage }).pairs;
        found.push(...page.buckets.map(({ key }) => key));
        after = page.after_key;
      } while (after);
      return found;
    },

    async statistics(tenant: string): Promise<IndexStatistics> {
      const aggs = { states: { terms: { field: 'state' } }, chunks: { sum: { field: 'chunkCount' } } };
      const { body } = await client.search({
        index: manifests,
        body: { size: 0, query: { term: { tenant } }, aggs } as never,
      });
      const { states, chunks: total } = body.aggregations as unknown as {
        states: { buckets: { key: Manifest['state']; doc_count: number }[] };
        chunks: { value: number };
      };
      const count = (state: Manifest['state']) =>
        states.buckets.find(({ key }) => key === state)?.doc_count ?? 0;
      return { documents: count('live'), tombstones: count('deleted'), chunks: total.value };
    },
  };
}
