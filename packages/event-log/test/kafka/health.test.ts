import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@freshet/shared/log';
import { toError, unavailable } from '../../kafka/failure.ts';
import { createHealth } from '../../kafka/health.ts';

test('an outage is one line in the log, its end another, and a changed reason a third', () => {
  const lines: string[] = [];
  const health = createHealth(
    createLogger({ name: 'test', destination: { write: (line) => lines.push(JSON.parse(line).msg) } }),
  );
  for (let attempt = 0; attempt < 5; attempt++) health.report('connection', unavailable('down'));
  assert.equal(health.failure?.message, 'down');
  health.report('connection', unavailable('refused'));
  health.report('connection', undefined);
  health.report('connection', undefined);
  assert.equal(health.failure, undefined);
  assert.deepEqual(lines, ['event log unavailable', 'event log unavailable', 'event log available']);
});

test('a pause ends early when a part works again, or when it is called off', async () => {
  const health = createHealth(undefined);
  const stopping = new AbortController();
  health.report('connection', unavailable('down'));
  const pause = health.settle(1_000_000, stopping.signal);
  health.report('connection', undefined);
  await pause;
  const second = health.settle(1_000_000, stopping.signal);
  stopping.abort();
  await second;
  await health.settle(1_000_000, stopping.signal);
});

const brokers = ['kafka:9092'];
for (const [name, failure, code, message] of [
  [
    'a refused connection',
    { code: 'ECONNREFUSED', broker: 'b:1' },
    'FRESHET_EVENT_LOG_UNAVAILABLE',
    /Kafka at b:1 refused the connection/,
  ],
  [
    'a missing topic',
    { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
    'FRESHET_TOPIC_UNKNOWN',
    /`t` is missing.*freshet topics apply/,
  ],
  [
    'a right that is missing',
    { type: 'GROUP_AUTHORIZATION_FAILED' },
    'FRESHET_EVENT_LOG_UNAVAILABLE',
    /denies access.*ACLs/,
  ],
  [
    'a codec',
    { name: 'KafkaJSNotImplemented', message: 'LZ4 compression not implemented' },
    'FRESHET_EVENT_LOG_UNAVAILABLE',
    /compression\.type to gzip/,
  ],
  [
    'a name that is unknown',
    { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND kafka' },
    'FRESHET_EVENT_LOG_UNAVAILABLE',
    /Kafka at kafka:9092 cannot be used: getaddrinfo ENOTFOUND kafka\.$/,
  ],
] as const) {
  test(`the reason is found below KafkaJS's count of attempts: ${name}`, () => {
    const cause = Object.assign(new Error('root'), failure);
    const wrapped = Object.assign(new Error('wrapped'), { name: 'KafkaJSNumberOfRetriesExceeded', cause });
    const error = toError(wrapped, { brokers, topic: 't' });
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.cause, wrapped);
  });
}
