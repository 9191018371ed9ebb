import type { EventLog } from '@freshet/event-log';
import { createAccessTokens } from '@freshet/shared/access-token';
import { createServiceClient } from '@freshet/shared/http/client';
import type { Logger } from '@freshet/shared/log';
import { createRegistry } from '@freshet/shared/metrics';
import { createServiceApp } from '@freshet/shared/service/app';
import type { Service } from '@freshet/shared/service/run';
import { readSources } from '@freshet/shared/sources';
import type { WebhookReceiver } from '@freshet/sources';
import type { SharedState } from '@freshet/state';
import type { Static } from 'typebox';
import { createAnswer } from './answer.ts';
import { readCallers } from './api-keys.ts';
import { createRouteCheck } from './check-route.ts';
import type { GatewayConfig } from './config.ts';
import { identifyCaller } from './plugins/identify-caller.ts';
import { openapi } from './plugins/openapi.ts';
import { securityHeaders } from './plugins/security-headers.ts';
import { chatRoute } from './routes/chat.ts';
import { documentRoutes } from './routes/documents.ts';
import { pageRoute } from './routes/page.ts';
import { refusalsRoute } from './routes/refusals.ts';
import { searchRoute } from './routes/search.ts';
import { watermarkRoute } from './routes/watermark.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { createWebhookMetrics } from './webhook-metrics.ts';

export interface GatewayOptions {
  config: Static<typeof GatewayConfig>;
  logger: Logger;
  log: EventLog;
  state: SharedState;
  /** Where secrets that are no variables of the gateway itself stand. */
  env?: NodeJS.ProcessEnv;
}

/** The public edge: names the caller, streams answers, writes documents to the log. */
export async function openGateway({ config, logger, log, state, env }: GatewayOptions): Promise<Service> {
  const callers = await readCallers(config.API_KEYS_FILE);
  const receivers = await receiversOf(config.CONNECTORS_FILE, env);
  const tokens = createAccessTokens({ secret: config.INTERNAL_TOKEN_SECRET });
  const retriever = createServiceClient({ name: 'retriever', baseUrl: config.RETRIEVER_URL });
  // One connection carries one answer at a time.
  const generator = createServiceClient({
    name: 'generator',
    baseUrl: config.GENERATOR_URL,
    connections: config.CHAT_MAX_STREAMS,
  });
  const registry = createRegistry('gateway');
  const app = await createServiceApp({
    logger,
    registry,
    checks: {
      log: () => log.ping(),
      retriever: (signal) => retriever.json({ method: 'GET', path: '/readyz', signal }),
      generator: (signal) => generator.json({ method: 'GET', path: '/readyz', signal }),
    },
    drainMs: config.SHUTDOWN_TIMEOUT_MS / 2,
  });
  await app.register(securityHeaders);
  await app.register(identifyCaller, { callers });
  await app.register(openapi);
  await app.register(pageRoute);
  await app.register(chatRoute, {
    answer: createAnswer({ retriever, generator, tokens, timeoutMs: config.CHAT_TIMEOUT_MS }),
    checkRoute: createRouteCheck(generator, tokens),
    registry,
    maxStreams: config.CHAT_MAX_STREAMS,
    stallTimeoutMs: config.STREAM_STALL_TIMEOUT_MS,
    timeoutMs: config.CHAT_TIMEOUT_MS,
  });
  await app.register(searchRoute, { retriever, tokens });
  const sources = readSources(config.SOURCES);
  await app.register(documentRoutes, { log, retriever, tokens, sources, state });
  await app.register(refusalsRoute, { log });
  await app.register(watermarkRoute, { retriever, tokens });
  await app.register(webhookRoutes, {
    log,
    receivers,
    metrics: createWebhookMetrics(registry, { connectors: receivers.keys() }),
  });
  return {
    app,
    async close() {
      await Promise.all([retriever.close(), generator.close()]);
    },
  };
}

async function receiversOf(
  file: string | undefined,
  env: NodeJS.ProcessEnv | undefined,
): Promise<Map<string, WebhookReceiver>> {
  if (!file) return new Map();
  // Loaded late: with it come the parsers of what connectors read.
  const { openReceivers } = await import('@freshet/sources/open');
  return openReceivers(file, env === undefined ? {} : { env });
}
