import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  timeoutMs: number;
  everyMs?: number;
}

/** Tries until it does not throw; rejects with the last failure when the time is over. */
export async function until<Value>(
  attempt: () => Promise<Value>,
  { timeoutMs, everyMs = 500 }: UntilOptions,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() + everyMs > deadline) {
        throw new Error(`not within ${timeoutMs / 1000} s: ${(error as Error).message}`, { cause: error });
      }
      await pause(everyMs);
    }
  }
}
