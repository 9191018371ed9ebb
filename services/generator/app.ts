import type { RouteTable } from '@freshet/models/routing/route-table';
import { createRouter, type Router } from '@freshet/models/routing/router';
import { createAccessTokens } from '@freshet/shared/access-token';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { createRegistry } from '@freshet/shared/metrics';
import { createServiceApp } from '@freshet/shared/service/app';
import type { Service } from '@freshet/shared/service/run';
import type { Static } from 'typebox';
import type { GeneratorConfig } from './config.ts';
import { createGenerateMetrics } from './metrics.ts';
import { generateRoute } from './routes/generate.ts';

export interface GeneratorOptions {
  config: Static<typeof GeneratorConfig>;
  logger: Logger;
  routes: RouteTable;
}

/** A question's passages, of the largest kind that retrieval gives. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** Passages to a cited answer, over Server-Sent Events. */
export async function openGenerator({ config, logger, routes }: GeneratorOptions): Promise<Service> {
  const registry = createRegistry('generator');
  const app = await createServiceApp({
    logger,
    registry,
    bodyLimit: BODY_LIMIT,
    drainMs: config.SHUTDOWN_TIMEOUT_MS / 2,
  });
  const router = createRouter(routes, { registry, logger });
  const { JUDGE_ROUTE: judgeRoute } = config;
  if (judgeRoute !== undefined) assertJudge(router, judgeRoute, config.CITATION_POLICY);
  await app.register(generateRoute, {
    router,
    tokens: createAccessTokens({ secret: config.INTERNAL_TOKEN_SECRET }),
    metrics: createGenerateMetrics(registry),
    stallTimeoutMs: config.STREAM_STALL_TIMEOUT_MS,
    deltaIntervalMs: config.DELTA_INTERVAL_MS,
    citations: config.CITATION_POLICY,
    abstainBelow: config.ABSTAIN_BELOW,
    ...(judgeRoute === undefined ? {} : { judge: { route: judgeRoute, timeoutMs: config.JUDGE_TIMEOUT_MS } }),
  });
  return { app, close: async () => {} };
}

/** At the start, so that no answer finds out. */
function assertJudge(router: Pick<Router, 'check'>, route: string, policy: 'mark' | 'strip'): void {
  if (policy === 'strip') {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: 'JUDGE_ROUTE takes CITATION_POLICY=mark: stripped text would have to wait for a model.',
    });
  }
  try {
    router.check(route);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `JUDGE_ROUTE: ${(cause as Error).message}`,
      cause,
    });
  }
}
