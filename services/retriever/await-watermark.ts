import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkIndex } from '@freshet/chunk-index';
import { hasReached, type Watermark } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';

export interface AwaitWatermarkOptions {
  timeoutMs: number;
  pollMs?: number;
  signal: AbortSignal;
}

/**
 * Waits until the index is searchable up to `target`, and answers with how far it is then: read your writes.
 * @throws {FreshetError} `FRESHET_WATERMARK_TIMEOUT`
 */
export async function awaitWatermark(
  index: ChunkIndex,
  target: Watermark,
  { timeoutMs, pollMs = 20, signal }: AwaitWatermarkOptions,
): Promise<Watermark> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const current = await index.watermark();
    if (hasReached(current, target)) return current;
    if (performance.now() >= deadline) throw new FreshetError('FRESHET_WATERMARK_TIMEOUT');
    await pause(pollMs, undefined, { signal });
  }
}
