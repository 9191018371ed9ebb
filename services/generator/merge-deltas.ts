import { setTimeout as pause } from 'node:timers/promises';
import type { GenerationPart } from '@freshet/models/generation';

type Delta = Extract<GenerationPart, { type: 'delta' }>;

export interface MergeDeltasOptions {
  /** Milliseconds from a delta that was passed on to the next one; 0 passes each on as it comes. */
  intervalMs: number;
  /** Settles after so many milliseconds. */
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Joins deltas that come in quick succession. Models write a token every few milliseconds, and each one that is sent
 * alone costs two services and the reader's socket a wake-up; nobody reads that fast. The first is passed on at once,
 * and what is held when the answer ends or fails comes before that.
 */
export async function* mergeDeltas<Part extends GenerationPart>(
  parts: AsyncIterable<Part | Delta>,
  { intervalMs, wait = pause }: MergeDeltasOptions,
): AsyncGenerator<Part | Delta> {
  const iterator = parts[Symbol.asyncIterator]();
  const pull = () => {
    const next = iterator.next();
    next.catch(() => {}); // it may fail while the text before it is being sent; it is awaited afterwards
    return next;
  };
  let next = pull();
  let held = '';
  let isOver: Promise<'over'> | undefined;
  try {
    for (;;) {
      const result = await (isOver ? Promise.race([next, isOver]).catch(() => 'over' as const) : next);
      if (result === 'over') {
        isOver = undefined;
        if (held === '') continue;
        yield { type: 'delta', text: held };
        held = '';
        isOver = startInterval();
        continue;
      }
      if (!result.done && result.value.type === 'delta') {
        next = pull();
        if (isOver) held += result.value.text;
        else {
          yield result.value;
          isOver = startInterval();
        }
        continue;
      }
      if (held !== '') yield { type: 'delta', text: held };
      if (result.done) return;
      yield result.value;
      held = '';
      next = pull();
    }
  } finally {
    // Not awaited: a model that is being asked for its next part comes to this only afterwards, or by its signal.
    iterator.return?.().catch(() => {});
  }

  function startInterval(): Promise<'over'> | undefined {
    return intervalMs === 0 ? undefined : wait(intervalMs).then(() => 'over');
  }
}
