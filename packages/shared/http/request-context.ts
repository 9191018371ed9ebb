import type { IncomingHttpHeaders } from 'node:http';
import { context } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { FreshetError } from '../errors.ts';
import { continueTrace, type TraceContext } from '../trace.ts';
import { TIMEOUT_HEADER } from './client.ts';
import { otelOf } from './request-span.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace that this request belongs to. */
    trace: TraceContext;
    /** Aborts when the client is gone, the caller's deadline has passed, or the service closes. */
    abort: AbortController;
  }
}

/** The reason of an abort that nobody is left to hear of. */
export class ClientGone extends Error {
  override name = 'ClientGone';
}

const MAX_TIMEOUT_MS = 10 * 60_000;

/** Milliseconds that the caller gives a request, from when it comes; `undefined` when it does not say. */
export function timeoutOf(headers: IncomingHttpHeaders): number | undefined {
  const timeoutMs = Number(headers[TIMEOUT_HEADER]);
  return timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS ? timeoutMs : undefined;
}

/** Gives each request its trace, in logs and in the answer, and one signal for all the work that it starts. */
export const requestContext = fp(
  async (app: FastifyInstance, { drainMs = 0 }: { drainMs?: number }) => {
    const live = new Set<AbortController>();
    let onDrained: (() => void) | undefined;
    app.decorateRequest('trace');
    app.decorateRequest('abort');

    app.addHook('onRequest', async (request, reply) => {
      request.trace = continueTrace(request.headers['traceparent'] as string | undefined);
      request.log = request.log.child({ traceId: request.trace.traceId });
      reply.log = request.log;
      reply.header('x-trace-id', request.trace.traceId);

      const abort = new AbortController();
      request.abort = abort;
      live.add(abort);
      const timeoutMs = timeoutOf(request.headers);
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => abort.abort(new FreshetError('FRESHET_DEADLINE_EXCEEDED')), timeoutMs);
      reply.raw.once('close', () => {
        clearTimeout(timer);
        live.delete(abort);
        if (live.size === 0) onDrained?.();
        if (!reply.raw.writableFinished) abort.abort(new ClientGone());
      });
    });

    // A body arrives in events of the socket, which know nothing of the request's span: it is made active again for
    // the handler, and so for all that the handler awaits.
    if (app.hasRequestDecorator('opentelemetry')) {
      app.addHook('preHandler', (request, _reply, done) => {
        const scope = otelOf(request)?.context;
        if (scope) context.with(scope, done);
        else done();
      });
    }

    // Fastify waits for running requests; a stream would keep it waiting for as long as the answer takes.
    // So requests have `drainMs` to end by themselves, then streams are told why they end.
    app.addHook('preClose', async () => {
      if (live.size > 0 && drainMs > 0) {
        const { promise: drained, resolve } = Promise.withResolvers<void>();
        onDrained = resolve;
        const timer = setTimeout(resolve, drainMs);
        await drained;
        clearTimeout(timer);
      }
      for (const abort of live) abort.abort(new FreshetError('FRESHET_SHUTTING_DOWN'));
    });
  },
  { name: 'request-context' },
);
