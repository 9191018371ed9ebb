export interface ByteBudget {
  /**
   * Runs `work` once so many bytes are free, in the order of the calls; more than there are count as all.
   * A call that is aborted while it waits gives up its place.
   */
  hold<Result>(bytes: number, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

/** A semaphore with weights: the bytes that are held at once never sum up to more than `capacity`. */
export function createByteBudget(capacity: number): ByteBudget {
  let free = capacity;
  const waiting: { bytes: number; begin: () => void }[] = [];

  // The first in line is let through first, however large: small ones could keep it out for ever.
  function letThrough() {
    for (let next = waiting[0]; next && next.bytes <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.bytes;
      next.begin();
    }
  }

  function take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      const place = waiting.indexOf(entry);
      if (place !== -1) waiting.splice(place, 1);
      reject(signal.reason);
      letThrough();
    };
    const entry = {
      bytes,
      begin: () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      },
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.push(entry);
    letThrough();
    return promise;
  }

  return {
    async hold(wanted, signal, work) {
      const bytes = Math.min(wanted, capacity);
      await take(bytes, signal);
      try {
        return await work();
      } finally {
        free += bytes;
        letThrough();
      }
    },
  };
}
