import { FreshetError } from '@freshet/shared/errors';

export interface Slots {
  /**
   * Waits for its turn, first come first served. What it resolves to gives the slot back.
   * @throws {FreshetError} `FRESHET_MODEL_THROTTLED` when as many wait as may.
   * @throws the signal's reason when that is aborted.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/** So many at once, and so many that wait. */
export function createSlots(size: number, maxWaiting: number): Slots {
  const waiting = new Set<() => void>();
  let free = size;

  function give(): void {
    const [next] = waiting;
    if (!next) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      let isGiven = false;
      const giveOnce = () => {
        if (!isGiven) give();
        isGiven = true;
      };
      if (free > 0) {
        free -= 1;
        return giveOnce;
      }
      if (waiting.size >= maxWaiting) {
        throw new FreshetError('FRESHET_MODEL_THROTTLED', {
          detail: `The local model writes ${size} answers, and ${maxWaiting} wait: ask again in a moment.`,
        });
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = () => reject(signal.reason);
      waiting.add(resolve);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
        return giveOnce;
      } finally {
        waiting.delete(resolve);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
