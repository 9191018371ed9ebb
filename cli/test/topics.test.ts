import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { freshet } from './run-cli.ts';

const kafka = await startKafka();
after(() => kafka.stop());
const LIMIT = { timeout: 60_000 };

test('topics apply makes what is missing, and finds it the next time', LIMIT, async () => {
  const prefix = uniquePrefix('cli');
  const env = { KAFKA_BROKERS: kafka.url, KAFKA_TOPIC_PREFIX: prefix, TOPIC_PARTITIONS: '2' };
  const first = await freshet(['topics', 'apply'], env);
  assert.equal(first.code, 0, first.error);
  assert.match(first.out, new RegExp(`^created  ${prefix}documents \\(partitions 2, compact\\)$`, 'm'));
  const second = await freshet(['topics', 'apply', '--json'], env);
  const found = second.out.trim().split('\n');
  assert.deepEqual(
    found.map((line) => JSON.parse(line)),
    ['documents', 'documents.notices', 'documents.dlq', 'feedback', 'audit'].map((topic) => ({
      topic: prefix + topic,
      isNew: false,
    })),
  );
});

test('topics apply says in one line what is wrong', LIMIT, async () => {
  const unset = await freshet(['topics', 'apply'], {});
  assert.equal(unset.code, 2);
  assert.match(unset.error, /^freshet: .*KAFKA_BROKERS is not set.*\n$/);
  const down = await freshet(['topics', 'apply'], { KAFKA_BROKERS: '127.0.0.1:1' });
  assert.equal(down.code, 1);
  assert.match(down.error, /^freshet: .*Kafka at 127\.0\.0\.1:1 refused the connection\.\n$/);
  const odd = await freshet(['topics', 'apply'], { KAFKA_BROKERS: kafka.url, KAFKA_SASL: 'plain' });
  assert.equal(odd.code, 1);
  assert.match(odd.error, /KAFKA_SASL=plain needs KAFKA_USERNAME and KAFKA_PASSWORD/);
});
