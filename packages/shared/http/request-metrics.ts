import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { type Registry, requestDurations } from '../metrics.ts';

/** Node's parser knows some thirty more; a series of each would say nothing. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** `GET /metrics` in Prometheus' text format; one duration and one log line a request. */
export const requestMetrics = fp(
  async (app: FastifyInstance, { registry }: { registry: Registry }) => {
    const durations = requestDurations(registry);

    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown';
      durations.observe(
        { method: METHODS.has(request.method) ? request.method : 'other', route, status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
      const fields = {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      };
      if (request.routeOptions.schema?.hide) request.log.debug(fields, 'request completed');
      else request.log.info(fields, 'request completed');
    });

    app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
      reply.type(registry.contentType);
      return registry.metrics();
    });
  },
  { name: 'request-metrics' },
);
