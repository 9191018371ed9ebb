import { chunkIndexConfig } from '@freshet/chunk-index/open';
import { condenserConfig } from '@freshet/models/open-condenser';
import { embedderConfig } from '@freshet/models/open-embedder';
import { rerankerConfig } from '@freshet/models/open-reranker';
import { commonConfig, internalTokenConfig } from '@freshet/shared/config';
import { Type } from 'typebox';

export const RetrieverConfig = Type.Object({
  ...commonConfig,
  ...chunkIndexConfig,
  ...embedderConfig,
  ...rerankerConfig,
  ...condenserConfig,
  ...internalTokenConfig,
  PORT: Type.Integer({ default: 8082, minimum: 0, maximum: 65_535, description: 'Port to listen on.' }),
  RETRIEVE_CANDIDATES: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 1000,
    description: 'Hits that each of the two searches gives to fusion, at least.',
  }),
  RERANK_CANDIDATES: Type.Integer({
    default: 30,
    minimum: 2,
    maximum: 200,
    description: 'How many of the best chunks the reranker reads.',
  }),
  RERANK_BUDGET_MS: Type.Integer({
    default: 150,
    minimum: 1,
    description: 'Longest time of reranking; after it the fused order is used, and the answer says so.',
  }),
  CONDENSE_BUDGET_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Longest time of condensing by a model; after it rules do it, and the answer says so.',
  }),
  QUERY_CACHE_ENTRIES: Type.Integer({
    default: 10_000,
    minimum: 0,
    description: 'Question embeddings that are kept in memory.',
  }),
  WATERMARK_WAIT_MS: Type.Integer({
    default: 5_000,
    minimum: 0,
    description: 'Longest wait for the watermark that a request names in `after`.',
  }),
});
