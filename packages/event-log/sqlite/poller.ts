import type { RunningConsumer } from './consumer.ts';
import type { Thread } from './thread.ts';

export interface Poller {
  add(consumer: RunningConsumer): void;
  delete(consumer: RunningConsumer): void;
}

/**
 * Moves the consumers' clock, and finds what other processes wrote: SQLite tells nobody, but reading its change
 * counter costs microseconds. Runs while there is a consumer.
 */
export function createPoller(thread: Thread, pollMs: number, onTick: () => void): Poller {
  const consumers = new Set<RunningConsumer>();
  let timer: NodeJS.Timeout | undefined;
  let isAsking = false;
  let lastVersion: number | undefined;

  async function ask(): Promise<void> {
    isAsking = true;
    const asked = [...consumers];
    try {
      const { dataVersion, epochs } = await thread.run('poll', { groups: asked.map(({ group }) => group) });
      for (const [index, consumer] of asked.entries()) consumer.seeEpoch(epochs[index]!);
      if (dataVersion !== lastVersion) for (const consumer of consumers) consumer.wake();
      lastVersion = dataVersion;
    } catch {
      // The consumers meet the same failure with their next call, and report it.
    } finally {
      isAsking = false;
    }
  }

  function tick(): void {
    // Not after the answer: leases end by the clock, also while the database is held by another process.
    for (const consumer of consumers) consumer.tick();
    onTick();
    if (!isAsking) void ask();
  }

  return {
    add(consumer) {
      consumers.add(consumer);
      timer ??= setInterval(tick, pollMs);
    },
    delete(consumer) {
      consumers.delete(consumer);
      if (consumers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
