import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { applyTopics } from '../../topics.ts';
import { record } from '../contract.ts';
import { consumeInto, eventually, openFor } from './open-log.ts';

const kafka = await startKafka();
after(() => kafka.stop());
const LIMIT = { timeout: 60_000 };

test('ping names a topic that is missing, and a consumer waits for it', LIMIT, async (t) => {
  const topicPrefix = uniquePrefix('missing');
  const log = await openFor(t, kafka.url, { topicPrefix, topics: ['documents'] });
  const inbox = await consumeInto(log, 'documents');
  await assert.rejects(log.ping(), {
    code: 'FRESHET_TOPIC_UNKNOWN',
    message: `Topic \`${topicPrefix}documents\` is missing in Kafka: run \`freshet topics apply\`.`,
  });
  await log.ensureTopic('documents', { partitions: 1, cleanup: 'compact' });
  await log.append('documents', [record('a', 'at last')]);
  await inbox.has('at last');
  await eventually(() => log.ping());
});

test(
  'two processes that make the same topics both succeed, and each topic is made once',
  LIMIT,
  async (t) => {
    const topicPrefix = uniquePrefix('race');
    const logs = [await openFor(t, kafka.url, { topicPrefix }), await openFor(t, kafka.url, { topicPrefix })];
    const config = { TOPIC_PARTITIONS: 3, TOPIC_RETENTION_HOURS: 24 };
    const made = (await Promise.all(logs.map((log) => applyTopics(log, config)))).flat();
    const fresh = made.filter(({ isNew }) => isNew).map(({ topic }) => topic);
    assert.deepEqual(fresh.sort(), ['audit', 'documents', 'documents.dlq', 'documents.notices', 'feedback']);
    assert.equal((await logs[0]!.lag('documents', 'group')).length, 3);
    assert.equal((await logs[1]!.lag('audit', 'group')).length, 1);
  },
);

test('an append larger than one send keeps its order and answers with every position', LIMIT, async (t) => {
  const log = await openFor(t, kafka.url, { topicPrefix: uniquePrefix('large') });
  await log.ensureTopic('t', { partitions: 2, cleanup: 'keep' });
  const records = Array.from({ length: 30 }, (_, index) => ({
    ...record(`key-${index % 3}`),
    value: Buffer.concat([Buffer.from([index]), randomBytes(200_000)]),
  }));
  const positions = await log.append('t', records);
  assert.equal(positions.length, 30);
  const received = new Map<string, number>();
  const done = Promise.withResolvers<void>();
  await log.consume({
    topic: 't',
    group: 'group',
    onBatch: async (batch) => {
      for (const { partition, offset, value } of batch.records) {
        received.set(`${partition}:${offset}`, value![0]!);
      }
      if (received.size === 30) done.resolve();
    },
  });
  await done.promise;
  for (const [index, { partition, offset }] of positions.entries()) {
    assert.equal(received.get(`${partition}:${offset}`), index);
  }
});

test(
  'a record that the topic does not take is refused by its size, and others are taken',
  LIMIT,
  async (t) => {
    const log = await openFor(t, kafka.url, { topicPrefix: uniquePrefix('huge') });
    await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
    const huge = { ...record('huge'), value: randomBytes(17 * 1024 * 1024) };
    const [refused, taken] = await Promise.allSettled([
      log.append('t', [huge]),
      log.append('t', [record('small')]),
    ]);
    assert.equal(refused.status === 'rejected' && refused.reason.code, 'FRESHET_CONTENT_TOO_LARGE');
    assert.deepEqual(taken.status === 'fulfilled' && taken.value, [{ partition: 0, offset: 0 }]);
  },
);
