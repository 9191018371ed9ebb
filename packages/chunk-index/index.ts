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

/** A chunk as a search finds it, before fusion. */
export interface Hit {
  documentKey: string;
  source: string;
  documentId: string;
  version: number;
  ordinal: number;
  title?: string;
  uri?: string;
  headingPath: string[];
  text: string;
  span: Span;
  changedAt: string;
  /** BM25 for lexical hits, cosine similarity for vector hits; greater is better. */
  score: number;
}

export interface SearchRequest {
  /** Whose search it is: tenant and acl are applied inside both searches. */
  access: Access;
  text: string;
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

export interface IndexStatistics {
  documents: number;
  tombstones: number;
  chunks: number;
}

export interface ChunkIndex {
  /** Realtime: sees every write that has settled. Absent documents are absent from the map, by document key. */
  readManifests(documents: readonly DocumentRef[]): Promise<Map<string, Manifest>>;
  /**
   * Writes documents, each whole or not at all, and each fenced: one whose version is not greater than the stored
   * manifest's is left alone. Answers with an outcome a document, in order.
   */
  write(documents: readonly DocumentWrite[]): Promise<WriteOutcome[]>;
  /** Vectors that this embedder made of the document's present chunks, by `contentHash`, so that they can be kept. */
  readVectors(document: DocumentRef, embedder: string): Promise<Map<string, Float32Array>>;
  search(request: SearchRequest): Promise<SearchResult>;
  /** Records how far the log is searchable. Never moves a partition backwards. */
  advanceWatermark(watermark: Watermark): Promise<void>;
  watermark(): Promise<Watermark>;
  /** What a tenant has in the index. */
  statistics(tenant: string): Promise<IndexStatistics>;
  /** Rejects with the reason when the index cannot be used: for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
