import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { FreshetError } from '../errors.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Left out of the OpenAPI document. */
    hide?: boolean;
  }
}

/** One dependency of a service; rejects with the reason when it cannot be used. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<unknown>;

const CHECK_TIMEOUT_MS = 2_000;

/**
 * `GET /livez` says that the process answers, `GET /readyz` that its dependencies do, one line a dependency.
 * A service that shuts down is not ready any more, so that a load balancer turns away before sockets close.
 */
export const health = fp(
  async (app: FastifyInstance, { checks = {} }: { checks?: Record<string, ReadinessCheck> }) => {
    let isClosing = false;
    app.addHook('preClose', async () => {
      isClosing = true;
    });

    app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'ok' }));

    app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
      const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await outcome(check, signal)] as const),
      );
      const isReady = !isClosing && results.every(([, result]) => result === 'ok');
      reply.code(isReady ? 200 : 503);
      return {
        status: isClosing ? 'closing' : isReady ? 'ok' : 'unavailable',
        checks: Object.fromEntries(results),
      };
    });
  },
  { name: 'health' },
);

async function outcome(check: ReadinessCheck, signal: AbortSignal): Promise<string> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new FreshetError('FRESHET_DEADLINE_EXCEEDED', { detail: 'no answer in 2 s' }));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([check(signal), timeout]);
    return 'ok';
  } catch (error) {
    return error instanceof FreshetError ? `${error.code}: ${error.message}` : 'FRESHET_INTERNAL';
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
