import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { partitionOf } from '../../murmur2.ts';
import { record } from '../contract.ts';
import { consumeInto, eventually, openFor } from './open-log.ts';

const kafka = await startKafka();
after(() => kafka.stop());
const topicPrefix = uniquePrefix('groups');
const LIMIT = { timeout: 60_000 };

/** A key for each of two partitions. */
const [zero, one] = [0, 1].map((wanted) => {
  const numbers = Array.from({ length: 50 }, (_, index) => `key-${index}`);
  return numbers.find((key) => partitionOf(key, 2) === wanted)!;
}) as [string, string];

test(
  'a batch that runs while another member joins ends, is committed, and comes only once',
  LIMIT,
  async (t) => {
    const log = await openFor(t, kafka.url, { topicPrefix });
    const other = await openFor(t, kafka.url, { topicPrefix });
    const topic = 'rebalance';
    await log.ensureTopic(topic, { partitions: 2, cleanup: 'keep' });
    await log.append(topic, [record(zero, 'slow')]);
    const started = Promise.withResolvers<AbortSignal>();
    const finish = Promise.withResolvers<void>();
    const seen: string[] = [];
    await log.consume({
      topic,
      group: 'group',
      onBatch: async ({ records }, signal) => {
        seen.push(...records.map(({ value }) => String(value)));
        started.resolve(signal);
        await finish.promise;
      },
    });
    const signal = await started.promise;
    const inbox = await consumeInto(other, topic);
    // The group waits for the running batch; whether that has begun does not matter to what is asserted.
    finish.resolve();
    assert.equal(signal.aborted, false);
    // Appended until both have a partition, and the second reads what is appended there.
    for (let round = 0; inbox.values.length === 0; round++) {
      await log.append(topic, [record(zero, `zero ${round}`), record(one, `one ${round}`)]);
      const all = () => [...seen, ...inbox.values];
      await eventually(async () =>
        assert.ok(all().includes(`one ${round}`) && all().includes(`zero ${round}`)),
      );
    }
    assert.deepEqual(
      [...seen, ...inbox.values].filter((value) => value === 'slow'),
      ['slow'],
    );
  },
);

test('while the batch of one partition fails and pauses, the other partition goes on', LIMIT, async (t) => {
  const log = await openFor(t, kafka.url, { topicPrefix, retryBaseMs: 50, retryMaxMs: 50, random: () => 0 });
  const topic = 'failing';
  await log.ensureTopic(topic, { partitions: 2, cleanup: 'keep' });
  await log.append(topic, [record(zero, 'bad'), record(zero, 'after bad')]);
  const failing = { isOver: false, offsets: [] as number[] };
  const failed = Promise.withResolvers<void>();
  const healthy = Promise.withResolvers<void>();
  const recovered = Promise.withResolvers<void>();
  await log.consume({
    topic,
    group: 'group',
    onBatch: async ({ partition, records }) => {
      if (partition === 1) return healthy.resolve();
      failing.offsets.push(...records.map(({ offset }) => offset));
      if (!failing.isOver) throw new Error('bad');
      recovered.resolve();
    },
    onError: () => failed.resolve(),
  });
  await failed.promise;
  await log.append(topic, [record(one, 'good')]);
  await healthy.promise;
  failing.isOver = true;
  await recovered.promise;
  // Always the same two records, from the first on.
  assert.ok(failing.offsets.length >= 4);
  for (const [index, offset] of failing.offsets.entries()) assert.equal(offset, index % 2);
  await eventually(async () => {
    for (const { committed, end } of await log.lag(topic, 'group')) assert.equal(committed, end);
  });
});

test(
  'two partitions run at once where that is asked for, and each keeps its order and its commits',
  LIMIT,
  async (t) => {
    const log = await openFor(t, kafka.url, { topicPrefix });
    const topic = 'concurrent';
    await log.ensureTopic(topic, { partitions: 2, cleanup: 'keep' });
    const records = Array.from({ length: 20 }, (_, i) => record(i % 2 === 0 ? zero : one, String(i)));
    await log.append(topic, records);
    const both = Promise.withResolvers<void>();
    const running = new Set<number>();
    const seen: number[][] = [[], []];
    const consumer = await log.consume({
      topic,
      group: 'group',
      maxRecords: 3,
      concurrency: 2,
      onBatch: async ({ partition, records }) => {
        assert.ok(!running.has(partition), 'a partition never has two batches');
        running.add(partition);
        if (running.size === 2) both.resolve();
        // One alone would wait here for ever.
        await both.promise;
        await new Promise(setImmediate);
        seen[partition]!.push(...records.map(({ value }) => Number(value)));
        running.delete(partition);
      },
    });
    await eventually(async () => {
      for (const { committed, end } of await log.lag(topic, 'group')) assert.equal(committed, end);
    });
    await consumer.stop();
    assert.deepEqual(seen, [
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18],
      [1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
    ]);
  },
);

test('a member that a rebalance does not wait for is told that it lost its partition', LIMIT, async (t) => {
  const log = await openFor(t, kafka.url, { topicPrefix, rebalanceTimeoutMs: 1_000 });
  const other = await openFor(t, kafka.url, { topicPrefix, rebalanceTimeoutMs: 1_000 });
  const topic = 'lost';
  await log.ensureTopic(topic, { partitions: 1, cleanup: 'keep' });
  await log.append(topic, [record('a', 'x')]);
  const started = Promise.withResolvers<AbortSignal>();
  const finish = Promise.withResolvers<void>();
  const failures: unknown[] = [];
  const first = await log.consume({
    topic,
    group: 'group',
    onBatch: async (_batch, signal) => {
      started.resolve(signal);
      await finish.promise;
    },
    onError: (error) => failures.push(error),
  });
  const signal = await started.promise;
  const lost = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => lost.resolve());
  const inbox = await consumeInto(other, topic);
  await lost.promise;
  await inbox.has('x');
  finish.resolve();
  await first.stop();
  assert.deepEqual(failures, []);
  await eventually(async () => {
    assert.deepEqual(await other.lag(topic, 'group'), [{ partition: 0, committed: 1, end: 1 }]);
  });
});
