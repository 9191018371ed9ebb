import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

const POLL_MS = 50;

export interface BufferLimit {
  maxBytes: number;
  onExceeded(): void;
  /** Ends the watch. */
  signal: AbortSignal;
}

/**
 * Tells when a thread holds more memory outside the V8 heap, where the bytes of array buffers are: `resourceLimits`
 * bounds the heap alone. It is asked from outside, since a thread that parses does not come to it.
 */
export function watchBuffers(
  findThread: () => Worker | undefined,
  { maxBytes, onExceeded, signal }: BufferLimit,
): void {
  const watch = async () => {
    while (!signal.aborted) {
      await pause(POLL_MS, undefined, { signal, ref: false });
      const statistics = await findThread()?.getHeapStatistics();
      if (statistics && statistics.external_memory > maxBytes) return onExceeded();
    }
  };
  // It ends with the task, or with its thread, of which the task itself tells.
  watch().catch(() => {});
}
