import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { health, type ReadinessCheck } from '../http/health.ts';
import { jsonBody } from '../http/json-body.ts';
import { problems, sendProblem, toFreshetError } from '../http/problems.ts';
import { requestContext } from '../http/request-context.ts';
import { requestMetrics } from '../http/request-metrics.ts';
import type { Registry } from '../metrics.ts';

export type ServiceApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface ServiceAppOptions {
  logger: FastifyBaseLogger;
  registry: Registry;
  checks?: Record<string, ReadinessCheck>;
  /** Largest body in bytes. */
  bodyLimit?: number;
  /** How long running requests may take to end once the service closes, in milliseconds. */
  drainMs?: number;
}

/**
 * The Fastify instance that every service starts from: strict JSON, strict validation, problems, health,
 * metrics, traces.
 */
export async function createServiceApp({
  logger,
  registry,
  checks = {},
  bodyLimit = 1024 * 1024,
  drainMs = 0,
}: ServiceAppOptions): Promise<ServiceApp> {
  const app: ServiceApp = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // What the router refuses, such as a malformed escape in the path, comes to no hook and no error handler.
    frameworkErrors: (error, request, reply) => sendProblem(request, reply, toFreshetError(error)),
    routerOptions: { maxParamLength: 4096 },
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: true, allErrors: false },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  await app.register(requestContext, { drainMs });
  await app.register(problems);
  await app.register(jsonBody);
  await app.register(requestMetrics, { registry });
  await app.register(health, { registry, checks });
  return app;
}
