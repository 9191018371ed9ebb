import { setImmediate } from 'node:timers/promises';
import type { Thread } from './thread.ts';

const STEP_RECORDS = 500;

export interface Compactor {
  /** A group moved on in that partition. */
  add(partitionId: number): void;
  /** Works off what was added, one bounded step at a time, so that other calls come in between. */
  run(): void;
  /** Resolves once no step runs; no other one starts. */
  stop(): Promise<void>;
}

export function createCompactor(thread: Thread): Compactor {
  const dirty = new Set<number>();
  let isStopped = false;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (const partitionId of dirty) {
      dirty.delete(partitionId);
      while (!isStopped && (await thread.run('compact', { partitionId, maxRecords: STEP_RECORDS }))) {
        await setImmediate();
      }
    }
  }

  return {
    add: (partitionId) => dirty.add(partitionId),
    run() {
      if (isStopped || dirty.size === 0) return;
      // A failure is left to the next commit: nothing but disk space depends on it, and readers report the log's state.
      running ??= work()
        .catch(() => {})
        .finally(() => {
          running = undefined;
        });
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
