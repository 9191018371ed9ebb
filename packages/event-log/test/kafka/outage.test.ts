import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { record } from '../contract.ts';
import { consumeInto, eventually, openFor } from './open-log.ts';

const kafka = await startKafka({ isDedicated: true });
after(() => kafka.stop());
const LIMIT = { timeout: 120_000 };

async function topicFor(t: TestContext, partitions = 2): Promise<string> {
  const topic = uniquePrefix('outage');
  const log = await openFor(t, kafka.url);
  await log.ensureTopic(topic, { partitions, cleanup: 'keep' });
  await log.close();
  return topic;
}

test(
  'opens while the broker is down, says why it is not ready, and catches up by itself',
  LIMIT,
  async (t) => {
    const topic = await topicFor(t);
    const before = await openFor(t, kafka.url);
    await before.append(topic, [record('a', 'before the outage')]);
    await before.close();
    await kafka.kill();
    const log = await openFor(t, kafka.url, { topics: [topic] });
    const failed = Promise.withResolvers<unknown>();
    const inbox = await consumeInto(log, topic, { onError: failed.resolve });
    const refused = {
      code: 'FRESHET_EVENT_LOG_UNAVAILABLE',
      message: `Kafka at ${kafka.url} refused the connection.`,
    };
    await assert.rejects(log.ping(), refused);
    assert.equal(((await failed.promise) as Error).message, refused.message);
    await kafka.start();
    await inbox.has('before the outage');
    await eventually(() => log.ping());
    await log.append(topic, [record('a', 'after it')]);
    await inbox.has('after it');
  },
);

test('a broker that goes away and returns loses nothing, and a log closes meanwhile', LIMIT, async (t) => {
  const topic = await topicFor(t);
  const log = await openFor(t, kafka.url, { topics: [topic], appendTimeoutMs: 2_000 });
  const inbox = await consumeInto(log, topic);
  await log.append(topic, [record('a', '1'), record('b', '2')]);
  await inbox.has('1', '2');
  await eventually(async () => {
    for (const { committed, end } of await log.lag(topic, 'group')) assert.equal(committed, end);
  });
  await log.ping();
  const leaving = await openFor(t, kafka.url, { closeTimeoutMs: 500 });
  const other = await consumeInto(leaving, topic, { group: 'other' });
  await other.has('1', '2');
  await kafka.kill();
  await leaving.close();
  await eventually(() => assert.rejects(log.ping(), { code: 'FRESHET_EVENT_LOG_UNAVAILABLE' }));
  await assert.rejects(log.append(topic, [record('a', 'lost with its error')]), {
    code: 'FRESHET_EVENT_LOG_UNAVAILABLE',
    isRetryable: true,
  });
  await kafka.start();
  await eventually(() => log.ping());
  await eventually(() => log.append(topic, [record('a', '3')]));
  await inbox.has('3');
  assert.deepEqual(inbox.values.slice(0, 2).sort(), ['1', '2']);
  assert.equal(inbox.values.filter((value) => value === '1' || value === '2').length, 2);
});
