/** Raised when a field changes its meaning: such an index cannot be used by this version. */
export const SCHEMA_VERSION = 2;

export interface IndexOptions {
  /** Before every name. */
  prefix: string;
  dimensions: number;
  /** Fingerprint of the embedder whose vectors the index holds. */
  embedder: string;
  engine: 'lucene' | 'faiss';
  /** Neighbours of a node in the HNSW graph. */
  m: number;
  efConstruction: number;
  /** 0 leaves it to the engine. */
  efSearch: number;
  shards: number;
  replicas: number;
}

/** Stored in `_meta` of the chunk index: what it was made with. */
export interface IndexIdentity {
  schema: number;
  embedder: string;
  dimensions: number;
}

/** A versioned index behind two aliases, so that a new one can be filled and then take its place. */
export interface IndexNames {
  template: string;
  pattern: string;
  first: string;
  read: string;
  write: string;
}

export function indexNames(prefix: string): { chunks: IndexNames; manifests: IndexNames } {
  const names = (kind: string): IndexNames => ({
    template: `${prefix}${kind}`,
    pattern: `${prefix}${kind}-0*`,
    first: `${prefix}${kind}-000001`,
    read: `${prefix}${kind}-read`,
    write: `${prefix}${kind}-write`,
  });
  return { chunks: names('chunks'), manifests: names('manifests') };
}

/** Text comes analysed, as tokens with spaces between them, so that both indexes find the same by the same words. */
const analysis = { analyzer: { tokens: { type: 'custom', tokenizer: 'whitespace' } } };

const tokens = { type: 'text', analyzer: 'tokens' };
const keyword = { type: 'keyword' };
/** Read back, never searched for. */
const stored = { index: false };

/** Chunks: `_id` is the document's id and the ordinal; versions are the document's. */
export function chunksIndex({ dimensions, embedder, engine, m, efConstruction, shards }: IndexOptions) {
  const identity: IndexIdentity = { schema: SCHEMA_VERSION, embedder, dimensions };
  return {
    settings: { index: { knn: true, number_of_shards: shards }, analysis },
    mappings: {
      dynamic: 'strict',
      _meta: { freshet: identity },
      // Terms are made of the text. As text a vector is three times the rest of the document; `embedding` has its bytes, read when it is wanted.
      _source: { excludes: ['vector', 'embedding', 'terms'] },
      properties: {
        documentKey: keyword,
        ordinal: { type: 'integer', ...stored },
        version: { type: 'long' },
        tenant: keyword,
        source: keyword,
        acl: keyword,
        attributes: keyword,
        changedAt: { type: 'date' },
        terms: {
          properties: { title: tokens, headings: tokens, text: tokens, exact: tokens, identifiers: tokens },
        },
        text: { ...keyword, ...stored, doc_values: false },
        headingPath: { ...keyword, ...stored, doc_values: false },
        span: { type: 'object', enabled: false },
        tokens: { type: 'integer', ...stored },
        contentHash: { ...keyword, ...stored, doc_values: false },
        embedding: { type: 'binary', store: true },
        vector: {
          type: 'knn_vector',
          dimension: dimensions,
          method: {
            name: 'hnsw',
            engine,
            // Vectors are of unit length, so that this is their cosine.
            space_type: 'innerproduct',
            parameters: { m, ef_construction: efConstruction },
          },
        },
      },
    },
  };
}

/** Manifests, by the document's id, and the watermark, a document a partition. */
export function manifestsIndex() {
  return {
    settings: { index: { number_of_shards: 1 } },
    mappings: {
      dynamic: 'strict',
      _meta: { freshet: { schema: SCHEMA_VERSION } },
      properties: {
        tenant: keyword,
        source: keyword,
        documentId: keyword,
        state: keyword,
        changedAt: { type: 'date' },
        chunkCount: { type: 'integer' },
        isPending: { type: 'boolean' },
        ordinals: { type: 'integer', ...stored },
        manifest: { type: 'object', enabled: false },
        offset: { type: 'long', ...stored },
      },
    },
  };
}

/**
 * Since version 3 the k-NN plugin leaves vectors out of stored documents and puts them back in when one is read. A
 * merge at that moment fails the read, and may leave the shard unreadable (opensearch-project/k-NN#3458, #3191); here
 * documents hold no vector anyway.
 */
export function sourceSettings(major: number) {
  return major >= 3 ? { 'knn.derived_source.enabled': false } : {};
}

/**
 * What may change while an index lives. A vector search goes through the graph of every segment, so there should be
 * few: small ones are merged earlier than by default, which costs ingestion some of what it saves each question.
 */
export function dynamicSettings({ replicas }: Pick<IndexOptions, 'replicas'>) {
  return {
    index: {
      number_of_replicas: replicas,
      // Each batch is made searchable when it is written; this is for those that take long. Every refresh makes a
      // segment, with a graph that merges make anew.
      refresh_interval: '10s',
      'merge.policy.segments_per_tier': 4,
      'merge.policy.floor_segment': '64mb',
    },
  };
}
