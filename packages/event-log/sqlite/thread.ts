import { Piscina } from 'piscina';
import { type Answer, toError } from './failure.ts';
import type { StoreOptions } from './store.ts';

type TransferList = NonNullable<NonNullable<Parameters<Piscina['run']>[1]>['transferList']>;
type Calls = typeof import('./worker.ts');
type CallName = keyof Calls;
type Result<Name extends CallName> = ReturnType<Calls[Name]> extends Answer<infer Value> ? Value : never;

export interface RunOptions {
  /** Moved to the thread instead of copied. */
  transfer?: ArrayBuffer[];
}

/** The thread that owns the database. Calls run one at a time, in the order in which they are made. */
export interface Thread {
  /** Rejects with a FreshetError. */
  run<Name extends CallName>(
    name: Name,
    task: Parameters<Calls[Name]>[0],
    options?: RunOptions,
  ): Promise<Result<Name>>;
  /** Closes the database and ends the thread. */
  close(): Promise<void>;
}

export function startThread(options: StoreOptions): Thread {
  const pool = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
    workerData: options,
  });

  const run: Thread['run'] = async (name, task, { transfer = [] } = {}) => {
    // Piscina takes the type from an overload that newer Node types put last; it wants the array.
    const transferList = transfer as unknown as TransferList;
    const answer: Answer<never> = await pool.run(task, { name, transferList });
    if ('failure' in answer) throw toError(answer.failure);
    return answer.value;
  };

  return {
    run,
    async close() {
      try {
        await run('close', undefined);
      } finally {
        await pool.destroy();
      }
    },
  };
}
