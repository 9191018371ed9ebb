import { chunkIndexConfig } from '@freshet/chunk-index/open';
import { embedderConfig } from '@freshet/models/open-embedder';
import { commonConfig, internalTokenConfig } from '@freshet/shared/config';
import { Type } from 'typebox';

export const RetrieverConfig = Type.Object({
  ...commonConfig,
  ...chunkIndexConfig,
  ...embedderConfig,
  ...internalTokenConfig,
  PORT: Type.Integer({ default: 8082, minimum: 0, maximum: 65_535, description: 'Port to listen on.' }),
  RETRIEVE_CANDIDATES: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 1000,
    description: 'Hits that each of the two searches gives to fusion, at least.',
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
