import type { Histogram } from '@freshet/shared/metrics';

export type BatchStage = 'decode' | 'read' | 'parse' | 'embed' | 'write' | 'searchable';

export interface BatchClock {
  /** Does work of a stage; stages of one batch may overlap. */
  time<Result>(stage: BatchStage, work: () => Promise<Result>): Promise<Result>;
  /** The batch is done: records what each stage took. */
  observe(seconds: Histogram<'stage'>): void;
}

/**
 * The time that a batch spends in its stages. Documents of a batch are in several stages at once: a stage lasts while
 * any of them is in it, and `beside_embedding` while any is in another stage and none is embedded, which is what a
 * batch adds to the time of its embedder. Waiting for a turn behind other batches is in no stage.
 */
export function createBatchClock(now = () => performance.now()): BatchClock {
  const running = new Map<BatchStage, number>();
  const spent = new Map<BatchStage | 'beside_embedding', number>();
  let since = now();

  function change(stage: BatchStage, by: 1 | -1): void {
    const at = now();
    const active = [...running].flatMap(([name, count]) => (count > 0 ? [name] : []));
    const isBeside = active.length > 0 && !active.includes('embed');
    for (const name of isBeside ? [...active, 'beside_embedding' as const] : active) {
      spent.set(name, (spent.get(name) ?? 0) + at - since);
    }
    since = at;
    running.set(stage, (running.get(stage) ?? 0) + by);
  }

  return {
    async time(stage, work) {
      change(stage, 1);
      try {
        return await work();
      } finally {
        change(stage, -1);
      }
    },
    observe(seconds) {
      for (const [stage, ms] of spent) seconds.observe({ stage }, ms / 1000);
    },
  };
}
