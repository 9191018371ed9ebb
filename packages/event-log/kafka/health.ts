import type { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';

/** What is known of the connection, part by part. */
export interface Health {
  /** A part failed, or works again. Logs once a change, so that an outage is one line and not a flood. */
  report(part: string, failure: FreshetError | undefined): void;
  /** The failure of the first part that does not work. */
  readonly failure: FreshetError | undefined;
  /** A part that is no more. */
  forget(part: string): void;
  /** Resolves when a part works again, when the time is over, or when the signal aborts. */
  settle(ms: number, signal: AbortSignal): Promise<void>;
}

export function createHealth(logger: Logger | undefined): Health {
  const failures = new Map<string, FreshetError>();
  let recovered = Promise.withResolvers<void>();
  return {
    report(part, failure) {
      const before = failures.get(part);
      if (failure) {
        failures.set(part, failure);
        if (before?.message !== failure.message) {
          logger?.warn({ part, code: failure.code, reason: failure.message }, 'event log unavailable');
        }
      } else if (failures.delete(part)) {
        logger?.info({ part }, 'event log available');
        recovered.resolve();
        recovered = Promise.withResolvers();
      }
    },
    get failure() {
      return failures.values().next().value;
    },
    forget: (part) => void failures.delete(part),
    async settle(ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = () => resolve();
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
      await Promise.race([promise, recovered.promise]);
      signal.removeEventListener('abort', end);
      clearTimeout(timer);
    },
  };
}
