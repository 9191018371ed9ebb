import type { ChunkIndex } from '@freshet/chunk-index';
import type { Embedder } from '@freshet/models/embedding';
import { createModelMetrics } from '@freshet/models/model-metrics';
import { observeCompleter } from '@freshet/models/observed-completer';
import { observeEmbedder } from '@freshet/models/observed-embedder';
import { observeReranker } from '@freshet/models/observed-reranker';
import { openCondenser } from '@freshet/models/open-condenser';
import { openReranker } from '@freshet/models/open-reranker';
import { createAccessTokens } from '@freshet/shared/access-token';
import type { Logger } from '@freshet/shared/log';
import { createRegistry } from '@freshet/shared/metrics';
import { createServiceApp } from '@freshet/shared/service/app';
import type { Service } from '@freshet/shared/service/run';
import type { Static } from 'typebox';
import { createConfidence } from './confidence/confidence.ts';
import type { RetrieverConfig } from './config.ts';
import { createRetrieveMetrics } from './metrics.ts';
import { createOptionalStep } from './optional-step.ts';
import { cacheQueryEmbeddings } from './query-embeddings.ts';
import { createUnderstand } from './question/understand.ts';
import { createRerankStage } from './rerank.ts';
import type { Rescore } from './rescore/rescore.ts';
import { createRetrieve } from './retrieve.ts';
import { manifestRoutes } from './routes/manifests.ts';
import { retrieveRoute } from './routes/retrieve.ts';
import { statusRoutes } from './routes/status.ts';

export interface RetrieverOptions {
  config: Static<typeof RetrieverConfig>;
  logger: Logger;
  index: ChunkIndex;
  embedder: Embedder;
  /** In place of the model that comes with it. */
  rescore?: Rescore | undefined;
}

/** Question to passages, over HTTP. Whose question it is comes from a signed token alone. */
export async function openRetriever({
  config,
  logger,
  index,
  embedder,
  rescore,
}: RetrieverOptions): Promise<Service> {
  const registry = createRegistry('retriever');
  const app = await createServiceApp({
    logger,
    registry,
    checks: { index: () => index.ping() },
    drainMs: config.SHUTDOWN_TIMEOUT_MS / 2,
  });
  const tokens = createAccessTokens({ secret: config.INTERNAL_TOKEN_SECRET });
  const metrics = createRetrieveMetrics(registry);
  const models = createModelMetrics(registry);
  const { degraded } = metrics;
  const reranker = await openReranker(config);
  const condenser = await openCondenser(config);
  const retrieve = createRetrieve({
    index,
    embedQuery: cacheQueryEmbeddings(observeEmbedder(embedder, models), config.QUERY_CACHE_ENTRIES),
    confidenceOf: createConfidence(embedder.fingerprint),
    candidates: config.RETRIEVE_CANDIDATES,
    watermarkWaitMs: config.WATERMARK_WAIT_MS,
    understand: createUnderstand({
      condenser: condenser && {
        completer: observeCompleter(condenser, models),
        step: createOptionalStep({
          step: 'condense',
          budgetMs: config.CONDENSE_BUDGET_MS,
          logger,
          degraded,
        }),
      },
    }),
    rescore,
    reranking:
      reranker &&
      createRerankStage({
        reranker: observeReranker(reranker, models),
        candidates: config.RERANK_CANDIDATES,
        step: createOptionalStep({ step: 'rerank', budgetMs: config.RERANK_BUDGET_MS, logger, degraded }),
      }),
  });
  await app.register(retrieveRoute, { retrieve, tokens, metrics });
  await app.register(manifestRoutes, { index, tokens });
  await app.register(statusRoutes, { index, tokens });
  return {
    app,
    close: async () => {
      await Promise.all([reranker?.close(), condenser?.close()]);
    },
  };
}
