import type { Context, Span } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';

interface RequestSpan {
  span: Span | null;
  context: Context | null;
}

/** The span of a request and its context; nothing where telemetry does not run. */
export function otelOf(request: FastifyRequest): RequestSpan | undefined {
  return (request as { opentelemetry?: () => RequestSpan }).opentelemetry?.();
}
