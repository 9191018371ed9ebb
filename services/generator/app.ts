import type { Generator } from '@freshet/models/generation';
import { createModelMetrics } from '@freshet/models/model-metrics';
import { observeGenerator } from '@freshet/models/observed-generator';
import { createAccessTokens } from '@freshet/shared/access-token';
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
  generator: Generator;
}

/** A question's passages, of the largest kind that retrieval gives. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** Passages to a cited answer, over Server-Sent Events. */
export async function openGenerator({ config, logger, generator }: GeneratorOptions): Promise<Service> {
  const registry = createRegistry('generator');
  const app = await createServiceApp({
    logger,
    registry,
    bodyLimit: BODY_LIMIT,
    drainMs: config.SHUTDOWN_TIMEOUT_MS / 2,
  });
  await app.register(generateRoute, {
    generator: observeGenerator(generator, createModelMetrics(registry)),
    tokens: createAccessTokens({ secret: config.INTERNAL_TOKEN_SECRET }),
    metrics: createGenerateMetrics(registry),
    stallTimeoutMs: config.STREAM_STALL_TIMEOUT_MS,
    deltaIntervalMs: config.DELTA_INTERVAL_MS,
  });
  return { app, close: async () => {} };
}
