import type {
  Access,
  Chunk,
  DocumentRef,
  Manifest,
  SearchFilter,
  Span,
  Watermark,
} from '@freshet/shared/contracts';

/** Chunks and manifests, as a port. Adapters: sqlite/ (embedded) and opensearch/. */

/** Words that are offered in the place of one. */
export const MAX_SUGGESTIONS = 5;

/** A chunk as a search finds it, before fusion. */
export interface Hit {
  documentKey: string;
  ordinal: number;
  /** Of the document, when it was found. */
  version: number;
  /** BM25 for lexical hits, cosine similarity for vector hits; greater is better. */
  score: number;
}

/** What stands behind a hit. */
export interface FoundChunk {
  manifest: Manifest;
  headingPath: string[];
  text: string;
  span: Span;
}

/** A manifest as the index holds it. */
export interface StoredManifest extends Manifest {
  /** The write of this version has not ended, and may have broken off: its event has to be applied again. */
  isPending?: true;
}

export interface SearchRequest {
  /** Whose search it is: tenant and acl are applied inside both searches. */
  access: Access;
  text: string;
  /** BCP 47 tag of the text; where it is absent, the text is asked. */
  language?: string;
  vector: Float32Array;
  /** Hits of each list. */
  limit: number;
  filter?: SearchFilter;
}

export interface SearchResult {
  lexical: Hit[];
  vector: Hit[];
}

/** What happened to a write: `stale` when the index holds that version or a newer one. */
export type WriteOutcome = 'written' | 'stale';

export interface DocumentWrite {
  manifest: Manifest;
  /** Empty for a tombstone. */
  chunks: Chunk[];
}

/** Which manifests to list. */
export interface ManifestQuery {
  tenant: string;
  source: string;
  /** Both, where it is absent. */
  state?: Manifest['state'];
  /** Only documents whose id begins so. */
  prefix?: string;
  /** Only documents whose id stands after this one: where an earlier list ended. */
  after?: string;
  /** Only documents that their source changed before this time. */
  changedBefore?: Date;
  /** At most so many; all of them, where it is absent. */
  limit?: number;
}

export interface IndexStatistics {
  documents: number;
  tombstones: number;
  chunks: number;
}

export interface ChunkIndex {
  /** Realtime: sees every write that has settled. Absent documents are absent from the map, by document key. */
  readManifests(documents: readonly DocumentRef[]): Promise<Map<string, StoredManifest>>;
  /**
   * Manifests of a source by document id, in the order of its UTF-8 bytes, read page by page. Sees what
   * {@link advanceWatermark} made searchable; what is written meanwhile may be in it or not.
   */
  listManifests(query: ManifestQuery): AsyncIterable<StoredManifest>;
  /**
   * Writes documents, each fenced: one that does not stand after the stored manifest (`fenceOf`) is left alone. The
   * manifest comes first, so that a deletion or a lost permission holds from then on; a write that broke off leaves
   * it pending, and is finished by the same write again. Answers with an outcome a document, in order.
   *
   * Rejects with FRESHET_DOCUMENT_REJECTED when the index can never take one of them; the others are written.
   */
  write(documents: readonly DocumentWrite[]): Promise<WriteOutcome[]>;
  /** Vectors that this embedder made of the document's present chunks, by `contentHash`, so that they can be kept. */
  readVectors(document: DocumentRef, embedder: string): Promise<Map<string, Float32Array>>;
  /** Sees what was written before the last call of {@link advanceWatermark} that has settled; maybe more. */
  search(request: SearchRequest): Promise<SearchResult>;
  /**
   * For every word that nothing visible to this access holds: the words nearest to it that something visible does
   * hold, the nearest and then the most frequent first, at most {@link MAX_SUGGESTIONS}. One insertion, deletion,
   * substitution or transposition away, two for words of 8 letters and more. Words of other tenants, and of documents
   * that the caller may not see, are never offered. A word that is visible, or has no neighbour, is absent from the
   * map; so are words of fewer than 4 letters and words with other characters than letters, such as identifiers.
   * Sees what {@link search} sees.
   */
  suggest(access: Access, words: readonly string[]): Promise<Map<string, string[]>>;
  /**
   * Realtime. Reads what stands behind hits, in their order; `undefined` for one that is not true any more: its
   * document was replaced or deleted, or is not visible to this access.
   */
  readHits(access: Access, hits: readonly Hit[]): Promise<(FoundChunk | undefined)[]>;
  /** Makes all that was written searchable, then records how far the log is. Never moves a partition backwards. */
  advanceWatermark(watermark: Watermark): Promise<void>;
  watermark(): Promise<Watermark>;
  /**
   * Removes chunks that no search may show and no write will replace, since the document's manifest stands elsewhere: what
   * a writer left that broke off. Only of documents whose manifest was written before `before`. May run at any time, and
   * several at once. Answers with how many were removed.
   */
  removeLeftovers(before: Date): Promise<number>;
  /** Every pair of tenant and source that has a live document. */
  listSources(): Promise<Pick<DocumentRef, 'tenant' | 'source'>[]>;
  /** What a tenant has in the index. */
  statistics(tenant: string): Promise<IndexStatistics>;
  /** Rejects with the reason when the index cannot be used: for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
