import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { FreshetError } from '../errors.ts';
import { dependencyStates, type Registry } from '../metrics.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Left out of the OpenAPI document. */
    hide?: boolean;
  }
}

/** One dependency of a service; rejects with the reason when it cannot be used. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<unknown>;

const CHECK_TIMEOUT_MS = 2_000;
/** A scrape asks the dependencies itself when nobody has for so long. */
const CHECK_AGE_MS = 5_000;

export interface HealthOptions {
  registry: Registry;
  /** By the name of the dependency. */
  checks?: Record<string, ReadinessCheck>;
}

/**
 * `GET /livez` says that the process answers, `GET /readyz` that its dependencies do, one line a dependency.
 * A service that shuts down is not ready any more, so that a load balancer turns away before sockets close. When a
 * dependency fails, or fails for another reason, that is one line in the log; so is its recovery. `freshet_dependency_up` has the
 * same for Prometheus.
 */
export const health = fp(
  async (app: FastifyInstance, { registry, checks = {} }: HealthOptions) => {
    let isClosing = false;
    app.addHook('preClose', async () => {
      isClosing = true;
    });

    app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'ok' }));

    const known = new Map<string, string>();
    let checkedAt = Number.NEGATIVE_INFINITY;
    const states = dependencyStates(registry, async () => {
      if (performance.now() - checkedAt > CHECK_AGE_MS) await runChecks();
    });
    function report(dependency: string, result: string): void {
      states.set({ dependency }, result === 'ok' ? 1 : 0);
      const before = known.get(dependency) ?? 'ok';
      known.set(dependency, result);
      if (result === before || isClosing) return;
      if (result === 'ok') app.log.info({ dependency }, 'dependency is back');
      else app.log.warn({ dependency, reason: result }, 'not ready');
    }

    async function runChecks(): Promise<(readonly [string, string])[]> {
      checkedAt = performance.now();
      const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
      return Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          const result = await outcome(check, signal);
          report(name, result);
          return [name, result] as const;
        }),
      );
    }

    // Nobody may be polling: the reason stands in the log from the start.
    app.addHook('onListen', async () => {
      await runChecks();
    });

    app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
      const results = await runChecks();
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
