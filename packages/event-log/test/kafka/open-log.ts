import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumeOptions, EventLog, RecordBatch } from '../../index.ts';
import { type KafkaEventLogOptions, openKafkaEventLog } from '../../kafka.ts';

/** A log that closes with the test, and neither waits long nor says seldom that it lives. */
export async function openFor(
  t: TestContext,
  broker: string,
  options: Partial<KafkaEventLogOptions> = {},
): Promise<EventLog> {
  const log = await openKafkaEventLog({
    brokers: [broker],
    clientId: 'test',
    retryBaseMs: 20,
    retryMaxMs: 200,
    heartbeatMs: 50,
    ...options,
  });
  t.after(() => log.close());
  return log;
}

/** What a consumer was handed, with promises for what a test waits for. */
export interface Inbox {
  readonly values: string[];
  /** Resolves once all of them came. */
  has(...values: string[]): Promise<void>;
  onBatch(batch: RecordBatch): Promise<void>;
}

export function createInbox(): Inbox {
  const values: string[] = [];
  let changed = Promise.withResolvers<void>();
  return {
    values,
    async has(...wanted) {
      while (!wanted.every((value) => values.includes(value))) await changed.promise;
    },
    async onBatch({ records }) {
      values.push(...records.map(({ value }) => String(value)));
      changed.resolve();
      changed = Promise.withResolvers();
    },
  };
}

/** Consumes into an inbox. */
export async function consumeInto(
  log: EventLog,
  topic: string,
  options: Partial<ConsumeOptions> = {},
): Promise<Inbox> {
  const inbox = createInbox();
  await log.consume({ topic, group: 'group', onBatch: inbox.onBatch, ...options });
  return inbox;
}

/** Repeats until it resolves; the test's own time limit is the deadline. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await delay(50);
    }
  }
}
