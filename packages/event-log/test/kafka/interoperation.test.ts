import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { DELETED } from '@freshet/shared/contracts';
import { decodeDocumentEvent, encodeDocumentEvent } from '@freshet/shared/document-events';
import { startKafka } from '@freshet/testkit/kafka';
import type { SASLOptions } from 'kafkajs';
import type { ConsumedRecord } from '../../index.ts';
import { partitionOf } from '../../murmur2.ts';
import { consumeAll, record } from '../contract.ts';
import { openFor } from './open-log.ts';

const user = { name: 'alice', password: 'looking-glass' };
const kafka = await startKafka({ user });
after(() => kafka.stop());
const LIMIT = { timeout: 60_000 };

function openAs(t: TestContext, mechanism: string, password: string) {
  const sasl = { mechanism, username: user.name, password } as SASLOptions;
  return openFor(t, kafka.saslUrl!, { sasl });
}

for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
  test(`logs in with ${mechanism}, and says clearly that a password is wrong`, LIMIT, async (t) => {
    const topic = `sasl-${mechanism}`;
    const log = await openAs(t, mechanism, user.password);
    await log.ensureTopic(topic, { partitions: 1, cleanup: 'keep' });
    await log.append(topic, [record('a', 'x')]);
    assert.equal((await consumeAll(t, log, topic, 1, 'group')).length, 1);
    await log.ping();
    const stranger = await openAs(t, mechanism, 'wrong');
    await assert.rejects(stranger.ping(), {
      code: 'FRESHET_EVENT_LOG_UNAVAILABLE',
      message: /^Kafka at \S+ refused the credentials: .*[Aa]uthentication failed/,
    });
    await assert.rejects(stranger.append(topic, [record('a')]), { code: 'FRESHET_EVENT_LOG_UNAVAILABLE' });
  });
}

test('a Java producer puts keys where this one does, and its compressions can be read', LIMIT, async (t) => {
  const log = await openFor(t, kafka.url);
  const topic = 'java';
  await log.ensureTopic(topic, { partitions: 7, cleanup: 'keep' });
  const codecs = ['none', 'gzip', 'zstd', 'lz4', 'snappy'];
  const keys = codecs.flatMap((codec) => ['documents/1', '🚒', 'مستند/שלום'].map((key) => `${codec}/${key}`));
  for (const codec of codecs) {
    const lines = keys.filter((key) => key.startsWith(codec)).map((key) => `${key}\tvalue\n`);
    const properties = [
      '--reader-property',
      'parse.key=true',
      '--command-property',
      `compression.type=${codec}`,
    ];
    await kafka.tool('console-producer', ['--topic', topic, ...properties], lines.join(''));
  }
  const received = await consumeAll(t, log, topic, keys.length);
  assert.deepEqual(received.map(({ key }) => key).sort(), keys.sort());
  for (const { key, partition } of received) assert.equal(partition, partitionOf(key, 7), key);
});

test('a document event crosses with its trace', LIMIT, async (t) => {
  const log = await openFor(t, kafka.url);
  await log.ensureTopic('events', { partitions: 1, cleanup: 'compact' });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const data = {
    tenant: 't',
    source: 's',
    documentId: 'مستند 🚒',
    version: 7,
    changedAt: '2026-01-01T00:00:00.000Z',
  };
  await log.append('events', [encodeDocumentEvent({ type: DELETED, data }, { traceparent })]);
  const [received] = (await consumeAll(t, log, 'events', 1)) as [ConsumedRecord];
  assert.equal(received.headers['traceparent'], traceparent);
  assert.deepEqual(decodeDocumentEvent(received).data, data);
});
