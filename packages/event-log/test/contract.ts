import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import type { ConsumedRecord, EventLog, LogRecord, RecordBatch, TopicOptions } from '../index.ts';

export interface ContractOptions {
  /** Opens another instance on the storage that all tests of the suite share. */
  open: () => Promise<EventLog>;
  /** `consume` waits for a topic that is missing, instead of refusing it. */
  waitsForTopics?: boolean;
  /** Partitions of the topic that keys are spread over. */
  manyPartitions?: number;
}

const TEN_MIB = 10 * 1024 * 1024;

/** Registers the tests that every adapter of the port must pass. Topics and groups have names of their own. */
export function testEventLogContract(
  name: string,
  { open, waitsForTopics = false, manyPartitions = 1000 }: ContractOptions,
): void {
  describe(`${name} keeps the contract of the event log`, () => {
    async function openFor(t: TestContext): Promise<EventLog> {
      const log = await open();
      t.after(() => log.close());
      return log;
    }

    async function openTopic(t: TestContext, options: Partial<TopicOptions> = {}) {
      const log = await openFor(t);
      const topic = `topic-${randomUUID()}`;
      await log.ensureTopic(topic, { partitions: 3, cleanup: 'keep', ...options });
      return { log, topic };
    }

    test('offsets count up from 0 without gaps in each partition', async (t) => {
      const { log, topic } = await openTopic(t);
      const positions = (
        await Promise.all([
          log.append(topic, numbered(20)),
          log.append(topic, numbered(20)),
          log.append(topic, numbered(20)),
        ])
      ).flat();
      for (const { partition, end } of await log.lag(topic, 'nobody')) {
        const offsets = positions.filter((position) => position.partition === partition).map((p) => p.offset);
        assert.deepEqual(
          offsets.sort((a, b) => a - b),
          Array.from({ length: end }, (_, offset) => offset),
        );
      }
    });

    test('a key goes to the partition that Kafka chooses', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: manyPartitions });
      // murmur2 of these is in Kafka's UtilsTest: -790332482, -985981536, 479470107; the sign bit is cleared.
      const keys = ['foobar', 'a-little-bit-long-string', 'abc'];
      const positions = await log.append(
        topic,
        keys.map((key) => record(key)),
      );
      assert.deepEqual(
        positions.map(({ partition }) => partition),
        [1357151166, 1161502112, 479470107].map((hash) => hash % manyPartitions),
      );
    });

    test('a topic is read whole, without a group, as often as it is asked for', async (t) => {
      const { log, topic } = await openTopic(t);
      assert.deepEqual(await Array.fromAsync(log.read(topic)), []);
      const sent = await log.append(topic, numbered(700));
      for (const _ of [1, 2]) {
        const records = await Array.fromAsync(log.read(topic));
        assert.equal(records.length, 700);
        for (const [i, { partition, offset }] of sent.entries()) {
          const found = records.find((each) => each.partition === partition && each.offset === offset);
          assert.deepEqual(found?.value, numbered(700)[i]?.value);
        }
        for (const partition of [0, 1, 2]) {
          const offsets = records.filter((each) => each.partition === partition).map(({ offset }) => offset);
          assert.deepEqual(
            offsets,
            offsets.toSorted((a, b) => a - b),
          );
        }
      }
      for await (const record of log.read(topic)) {
        assert.equal(record.offset, 0, 'and may be left at any record');
        break;
      }
      await assert.rejects(Array.fromAsync(log.read('no-such-topic')), { code: 'FRESHET_TOPIC_UNKNOWN' });
    });

    test('a record comes back as it was appended', async (t) => {
      const { log, topic } = await openTopic(t);
      const sent: LogRecord[] = [
        { key: 'null value', value: null, headers: {} },
        { key: 'empty value', value: Buffer.alloc(0), headers: { empty: '' } },
        { key: 'large value', value: Buffer.alloc(TEN_MIB, 'x'), headers: {} },
        { key: 'a\0b', value: Buffer.from([0, 255, 0]), headers: { nul: '\0', 'name with \0': 'x' } },
        { key: 'a\0c', value: Buffer.from('x'), headers: {} },
        { key: '👩🏽‍🚒', value: Buffer.from('🚒'), headers: { '🚒': '👩🏽‍🚒' } },
        { key: 'مستند/שלום', value: Buffer.from('x'), headers: { direction: '\u202eשלום' } },
        { key: ' ', value: Buffer.from('x'), headers: { constructor: 'x' } },
      ];
      await log.append(topic, sent);
      const received = await consumeAll(t, log, topic, sent.length);
      for (const { key, value, headers } of sent) {
        const found = received.find((other) => other.key === key);
        assert.ok(found, `${JSON.stringify(key)} came back`);
        assert.ok(value === null ? found.value === null : found.value?.equals(value), JSON.stringify(key));
        assert.deepEqual({ ...found.headers }, headers);
      }
    });

    test('a record that could not come back as it was is refused, and none of its append is kept', async (t) => {
      const { log, topic } = await openTopic(t);
      for (const bad of [record(''), record('\ud800'), { ...record('a'), headers: { lone: '\udc00' } }]) {
        await assert.rejects(log.append(topic, [record('good'), bad]), { code: 'FRESHET_EVENT_INVALID' });
      }
      assert.deepEqual(
        (await log.lag(topic, 'nobody')).map(({ end }) => end),
        [0, 0, 0],
      );
    });

    test('a topic that does not exist is named', async (t) => {
      const log = await openFor(t);
      const unknown = { code: 'FRESHET_TOPIC_UNKNOWN', message: /no-such-topic/ };
      await assert.rejects(log.append('no-such-topic', [record('a')]), unknown);
      await assert.rejects(log.lag('no-such-topic', 'g'), unknown);
      if (waitsForTopics) return;
      await assert.rejects(
        log.consume({ topic: 'no-such-topic', group: 'g', onBatch: async () => {} }),
        unknown,
      );
    });

    test('an existing topic keeps its partitions', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: 2 });
      assert.equal(await log.ensureTopic(topic, { partitions: 5, cleanup: 'keep' }), false);
      assert.equal((await log.lag(topic, 'g')).length, 2);
    });

    test('an append without records answers with no positions', async (t) => {
      const { log, topic } = await openTopic(t);
      assert.deepEqual(await log.append(topic, []), []);
    });

    test('records of a key keep their order', async (t) => {
      const { log, topic } = await openTopic(t);
      for (let round = 0; round < 5; round++) {
        await log.append(
          topic,
          ['a', 'b', 'c', 'd'].map((key) => record(key, `${round}`)),
        );
      }
      const received = await consumeAll(t, log, topic, 20);
      for (const key of ['a', 'b', 'c', 'd'])
        assert.deepEqual(valuesOf(received, key), ['0', '1', '2', '3', '4']);
    });

    test('every group gets every record, and goes on where it stopped', async (t) => {
      const { log, topic } = await openTopic(t);
      await log.append(topic, numbered(10));
      assert.equal((await consumeAll(t, log, topic, 10, 'one')).length, 10);
      await log.append(topic, numbered(5));
      assert.equal((await consumeAll(t, log, topic, 5, 'one')).length, 5);
      assert.equal((await consumeAll(t, log, topic, 15, 'two')).length, 15);
      for (const { committed, end } of await log.lag(topic, 'one')) assert.equal(committed, end);
    });

    test('a batch has no more records and bytes than asked for, but always one record', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: 1 });
      await log.append(topic, [record('a', 'x'.repeat(100)), ...numbered(8)]);
      const batches: RecordBatch[] = [];
      await consumeUntil(t, log, topic, {
        maxRecords: 3,
        maxBytes: 50,
        onBatch: (batch) => batches.push(batch),
        isDone: () => batches.flatMap(({ records }) => records).length === 9,
      });
      assert.equal(batches[0]!.records.length, 1);
      assert.ok(batches.every(({ records }) => records.length <= 3));
      assert.ok(batches.slice(1).some(({ records }) => records.length > 1));
    });

    test('a batch that failed comes again with the same first record, is told of, and is never skipped', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: 1 });
      await log.append(topic, numbered(3));
      const firsts: number[] = [];
      const errors: unknown[] = [];
      await consumeUntil(t, log, topic, {
        onBatch: ({ records }) => {
          firsts.push(records[0]!.offset);
          if (firsts.length < 3) throw new Error(`attempt ${firsts.length}`);
        },
        onError: (error) => errors.push((error as Error).message),
        isDone: () => firsts.length === 3,
      });
      assert.deepEqual(firsts, [0, 0, 0]);
      assert.deepEqual(errors, ['attempt 1', 'attempt 2']);
      assert.deepEqual(await log.lag(topic, 'group'), [{ partition: 0, committed: 3, end: 3 }]);
    });

    test('stop lets the running batch finish, and commits it', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: 1 });
      await log.append(topic, numbered(3));
      const started = Promise.withResolvers<AbortSignal>();
      const finish = Promise.withResolvers<void>();
      const consumer = await log.consume({
        topic,
        group: 'group',
        onBatch: async (_batch, signal) => {
          started.resolve(signal);
          await finish.promise;
        },
      });
      const signal = await started.promise;
      const stopped = consumer.stop();
      assert.equal(signal.aborted, true);
      finish.resolve();
      await stopped;
      assert.deepEqual(await log.lag(topic, 'group'), [{ partition: 0, committed: 3, end: 3 }]);
    });

    test('two instances share the partitions of a group, and lose nothing when one leaves', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: 4 });
      const other = await openFor(t);
      const seen = new Set<string>();
      const partitions = [new Set<number>(), new Set<number>()];
      const running = new Set<number>();
      const overlaps: number[] = [];
      const wanted = { count: 0, reached: Promise.withResolvers<void>() };
      async function join(instance: EventLog, index: number) {
        return instance.consume({
          topic,
          group: 'group',
          onBatch: async ({ partition, records }) => {
            if (running.has(partition)) overlaps.push(partition);
            running.add(partition);
            await new Promise(setImmediate);
            for (const { key, value } of records) seen.add(`${key}:${value}`);
            partitions[index]!.add(partition);
            running.delete(partition);
            if (seen.size >= wanted.count) wanted.reached.resolve();
          },
        });
      }
      async function appendUntil(isDone: () => boolean): Promise<void> {
        while (!isDone()) {
          const before = wanted.count;
          wanted.count += 16;
          wanted.reached = Promise.withResolvers();
          await other.append(topic, numbered(16, `v${before}`));
          await wanted.reached.promise;
        }
      }
      const first = await join(log, 0);
      const second = await join(other, 1);
      t.after(() => second.stop());
      await appendUntil(() => partitions.every(({ size }) => size > 0));
      await first.stop();
      partitions[1]!.clear();
      await appendUntil(() => partitions[1]!.size === 4);
      assert.equal(seen.size, wanted.count);
      assert.deepEqual(overlaps, [], 'a partition is handled by one member at a time');
    });

    test('a record appended by one instance reaches the consumer of another', async (t) => {
      const { log, topic } = await openTopic(t);
      const other = await openFor(t);
      const received = consumeAll(t, log, topic, 1);
      await other.append(topic, [record('a', 'from the other')]);
      assert.equal(String((await received)[0]!.value), 'from the other');
    });

    test('compaction keeps the newest record of every key, deletion markers too', async (t) => {
      const { log, topic } = await openTopic(t, { partitions: 1, cleanup: 'compact' });
      for (let round = 0; round < 3; round++) await log.append(topic, numbered(4, `v${round}`));
      const [deleted] = await log.append(topic, [{ key: 'key-0', value: null, headers: {} }]);
      await consumeAll(t, log, topic, 13, 'first');
      const newest = new Map<string, string | undefined>();
      await consumeUntil(t, log, topic, {
        group: 'second',
        onBatch: ({ records }) => {
          for (const { key, value } of records) newest.set(key, value?.toString());
        },
        isDone: ({ records }) => records.at(-1)!.offset === deleted!.offset,
      });
      assert.deepEqual([...newest].sort(), [
        ['key-0', undefined],
        ['key-1', 'v2'],
        ['key-2', 'v2'],
        ['key-3', 'v2'],
      ]);
    });

    test('a log that works says so, and one that is closed refuses every call', async (t) => {
      const { log, topic } = await openTopic(t);
      await log.ping();
      await log.close();
      await log.close();
      const closed = { code: 'FRESHET_SHUTTING_DOWN' };
      await assert.rejects(log.append(topic, [record('a')]), closed);
      await assert.rejects(log.consume({ topic, group: 'g', onBatch: async () => {} }), closed);
      await assert.rejects(log.ping(), closed);
    });
  });
}

export function record(key: string, value = 'x'): LogRecord {
  return { key, value: Buffer.from(value), headers: {} };
}

/** Records of as many different keys. */
export function numbered(count: number, value = 'x'): LogRecord[] {
  return Array.from({ length: count }, (_, index) => record(`key-${index}`, value));
}

export function valuesOf(records: ConsumedRecord[], key: string): string[] {
  return records.filter((other) => other.key === key).map(({ value }) => String(value));
}

export interface ConsumeUntilOptions {
  group?: string;
  maxRecords?: number;
  maxBytes?: number;
  onBatch: (batch: RecordBatch) => unknown;
  onError?: (error: unknown) => void;
  isDone: (batch: RecordBatch) => boolean;
}

/** Consumes until a batch has satisfied `isDone`, then stops. */
export async function consumeUntil(
  t: TestContext,
  log: EventLog,
  topic: string,
  { group = 'group', onBatch, isDone, ...options }: ConsumeUntilOptions,
): Promise<void> {
  const done = Promise.withResolvers<void>();
  const consumer = await log.consume({
    topic,
    group,
    ...options,
    onBatch: async (batch) => {
      await onBatch(batch);
      if (isDone(batch)) done.resolve();
    },
  });
  t.after(() => consumer.stop());
  await done.promise;
  await consumer.stop();
}

/** Consumes that many records, then stops. */
export async function consumeAll(
  t: TestContext,
  log: EventLog,
  topic: string,
  count: number,
  group = 'group',
): Promise<ConsumedRecord[]> {
  const received: ConsumedRecord[] = [];
  await consumeUntil(t, log, topic, {
    group,
    onBatch: ({ records }) => received.push(...records),
    isDone: () => received.length >= count,
  });
  return received;
}
