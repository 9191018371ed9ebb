import type { ChunkIndex } from '@freshet/chunk-index';
import type { Embedder } from '@freshet/models/embedding';
import { createModelMetrics } from '@freshet/models/model-metrics';
import { observeEmbedder } from '@freshet/models/observed-embedder';
import { createAccessTokens } from '@freshet/shared/access-token';
import type { Logger } from '@freshet/shared/log';
import { createRegistry } from '@freshet/shared/metrics';
import { createServiceApp } from '@freshet/shared/service/app';
import type { Service } from '@freshet/shared/service/run';
import type { Static } from 'typebox';
import type { RetrieverConfig } from './config.ts';
import { createRetrieveMetrics } from './metrics.ts';
import { cacheQueryEmbeddings } from './query-embeddings.ts';
import { createRetrieve } from './retrieve.ts';
import { manifestRoutes } from './routes/manifests.ts';
import { retrieveRoute } from './routes/retrieve.ts';
import { statusRoutes } from './routes/status.ts';

export interface RetrieverOptions {
  config: Static<typeof RetrieverConfig>;
  logger: Logger;
  index: ChunkIndex;
  embedder: Embedder;
}

/** Question to passages, over HTTP. Whose question it is comes from a signed token alone. */
export async function openRetriever({ config, logger, index, embedder }: RetrieverOptions): Promise<Service> {
  const registry = createRegistry('retriever');
  const app = await createServiceApp({
    logger,
    registry,
    checks: { index: () => index.ping() },
    drainMs: config.SHUTDOWN_TIMEOUT_MS / 2,
  });
  const tokens = createAccessTokens({ secret: config.INTERNAL_TOKEN_SECRET });
  const retrieve = createRetrieve({
    index,
    embedQuery: cacheQueryEmbeddings(
      observeEmbedder(embedder, createModelMetrics(registry)),
      config.QUERY_CACHE_ENTRIES,
    ),
    candidates: config.RETRIEVE_CANDIDATES,
    watermarkWaitMs: config.WATERMARK_WAIT_MS,
  });
  await app.register(retrieveRoute, { retrieve, tokens, metrics: createRetrieveMetrics(registry) });
  await app.register(manifestRoutes, { index, tokens });
  await app.register(statusRoutes, { index, tokens });
  return { app, close: async () => {} };
}
