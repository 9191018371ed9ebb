import { createBackoff } from '@freshet/shared/backoff';
import { FreshetError } from '@freshet/shared/errors';
import { checkRecords } from './check-records.ts';
import type { ConsumeOptions, Consumer, EventLog } from './index.ts';
import { createAppendQueue } from './sqlite/append-queue.ts';
import { createCompactor } from './sqlite/compactor.ts';
import { type RunningConsumer, startConsumer } from './sqlite/consumer.ts';
import { createPoller } from './sqlite/poller.ts';
import { unpack } from './sqlite/read.ts';
import { startThread } from './sqlite/thread.ts';

/** What is read from a topic at once. */
const PAGE = { maxRecords: 500, maxBytes: 4 * 1024 * 1024 };

export interface SqliteEventLogOptions {
  /** The database file; its folder is made when missing. Must be on a local disk: WAL needs shared memory. */
  path: string;
  /** How long a member that gives no sign of life keeps its partitions, in milliseconds. */
  leaseMs?: number;
  /** How often other processes' writes and the clock are looked at, in milliseconds. */
  pollMs?: number;
  /** How long a call waits for other processes' locks, in milliseconds. */
  busyTimeoutMs?: number;
  /** The file grows no larger than this; by default only the disk limits it. */
  maxFileBytes?: number;
  /** The pause after a batch that failed: at first, and at most, in milliseconds. */
  retryBaseMs?: number;
  retryMaxMs?: number;
  /** Milliseconds since the epoch. Processes that share a file must share the clock. */
  now?: () => number;
  random?: () => number;
}

/**
 * The embedded event log: one SQLite file, which any number of processes of one machine may open.
 *
 * Rejects with FRESHET_STORAGE_FAILED, saying what to do, when the file cannot be written, is damaged, or is not
 * ours. A group counts as known once it has consumed; compaction waits for it from then on, also while it is away.
 *
 * @example
 * const log = await openSqliteEventLog({ path: 'data/events.db' });
 * await log.ensureTopic('documents', { partitions: 6, cleanup: 'compact' });
 */
export async function openSqliteEventLog({
  path,
  leaseMs = 10_000,
  pollMs = 100,
  busyTimeoutMs = 5_000,
  maxFileBytes,
  retryBaseMs,
  retryMaxMs,
  now = Date.now,
  random,
}: SqliteEventLogOptions): Promise<EventLog> {
  const thread = startThread({ path, busyTimeoutMs, maxFileBytes });
  try {
    await thread.run('open', undefined);
  } catch (error) {
    await thread.close();
    throw error;
  }
  const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs, random });
  const consumers = new Set<RunningConsumer>();
  const joining = new Set<Promise<Consumer>>();
  const compactor = createCompactor(thread);
  const poller = createPoller(thread, pollMs, () => compactor.run());
  const appends = createAppendQueue(thread, now);
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing)
      throw new FreshetError('FRESHET_SHUTTING_DOWN', { detail: `The event log in ${path} is closed.` });
  }

  async function join(options: ConsumeOptions): Promise<Consumer> {
    const group = await thread.run('join', { topic: options.topic, group: options.group });
    const consumer = await startConsumer(options, {
      thread,
      group,
      leaseMs,
      now,
      backoff,
      onCommit: ({ partitionId }) => group.isCompacted && compactor.add(partitionId),
      onStop: () => {
        consumers.delete(consumer);
        poller.delete(consumer);
      },
    });
    consumers.add(consumer);
    poller.add(consumer);
    return consumer;
  }

  async function close(): Promise<void> {
    await Promise.allSettled(joining);
    const stopped = await Promise.allSettled([...consumers].map((consumer) => consumer.stop()));
    await Promise.all([appends.drain(), compactor.stop()]);
    await thread.close();
    const failed = stopped.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  return {
    async ensureTopic(topic, { partitions, cleanup }) {
      assertOpen();
      if (!Number.isInteger(partitions) || partitions < 1) {
        throw new FreshetError('FRESHET_CONFIG_INVALID', {
          detail: `Topic ${JSON.stringify(topic)} needs a whole number of partitions, at least 1.`,
        });
      }
      return thread.run('ensureTopic', { topic, partitions, cleanup });
    },

    async append(topic, records) {
      assertOpen();
      checkRecords(records);
      const positions = await appends.add(topic, records);
      for (const consumer of consumers) if (consumer.topic === topic) consumer.wake();
      return positions;
    },

    async consume(options) {
      assertOpen();
      const { maxRecords = 1, maxBytes = 1 } = options;
      if (!(maxRecords >= 1 && maxBytes >= 1)) {
        throw new FreshetError('FRESHET_CONFIG_INVALID', {
          detail: 'A batch needs room for one record at least.',
        });
      }
      const joined = join(options).finally(() => joining.delete(joined));
      joining.add(joined);
      return joined;
    },

    async *read(topic) {
      assertOpen();
      for (const [partition, { id, end }] of (await thread.run('partitions', topic)).entries()) {
        for (let from = 0; from < end; ) {
          const page = await thread.run('page', { partitionId: id, from, end, ...PAGE });
          for (const record of page) yield unpack(record, partition);
          // Compaction leaves gaps, at the end too.
          from = (page.at(-1)?.offset ?? end) + 1;
        }
      }
    },

    async lag(topic, group) {
      assertOpen();
      return thread.run('lag', { topic, group });
    },

    async ping() {
      assertOpen();
      await thread.run('check', undefined);
    },

    close() {
      closing ??= close();
      return closing;
    },
  };
}
