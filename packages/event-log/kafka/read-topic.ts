import { randomUUID } from 'node:crypto';
import type { ConsumedRecord } from '../index.ts';
import type { LogAdmin } from './admin.ts';
import type { CreateClient } from './client.ts';
import { toError } from './failure.ts';
import { fromMessage, toOffset } from './records.ts';

export interface ReadTopicOptions {
  topic: string;
  /** Stands before the names of topics and groups. */
  prefix: string;
  createClient: CreateClient;
  admin: LogAdmin;
  brokers: readonly string[];
}

/**
 * The records of a topic up to its present ends. KafkaJS reads through groups alone: this one has a name of its own, and
 * commits nothing, so the brokers forget it when it is left.
 */
export async function* readTopic({
  topic,
  prefix,
  createClient,
  admin,
  brokers,
}: ReadTopicOptions): AsyncGenerator<ConsumedRecord> {
  const groupId = `${prefix}reader-${randomUUID()}`;
  const unread = new Map(
    (await admin.lag(topic, groupId.slice(prefix.length)))
      .filter(({ committed, end }) => committed < end)
      .map(({ partition, end }) => [partition, end]),
  );
  if (unread.size === 0) return;
  const member = createClient({ retries: 5 }).consumer({ groupId, maxWaitTimeInMs: 300 });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  member.on(member.events.CRASH, ({ payload }) => failed.reject(payload.error));
  let arrived = Promise.withResolvers<void>();
  let waiting: ConsumedRecord[] = [];
  /** Settles once what was fetched is read: no more is fetched than the reader takes. */
  let read = Promise.withResolvers<void>();
  let isDone = false;
  try {
    await member.connect();
    await member.subscribe({ topics: [prefix + topic], fromBeginning: true });
    await member.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        const end = unread.get(partition);
        if (isDone || end === undefined) return;
        const records = messages.map((message) => fromMessage(message, partition));
        waiting = records.filter(({ offset }) => offset < end);
        if (toOffset(messages.at(-1)?.offset ?? '0') + 1 >= end) unread.delete(partition);
        read = Promise.withResolvers();
        arrived.resolve();
        await read.promise;
      },
    });
    for (;;) {
      await Promise.race([arrived.promise, failed.promise]);
      arrived = Promise.withResolvers();
      yield* waiting;
      if (unread.size === 0) return;
      read.resolve();
    }
  } catch (error) {
    throw toError(error, { brokers, topic: prefix + topic });
  } finally {
    isDone = true;
    read.resolve();
    await member.disconnect().catch(() => {});
  }
}
