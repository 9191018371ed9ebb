import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeSqs } from '@freshet/testkit/fake-sqs';
import { until } from '@freshet/testkit/until';
import { consumeQueue, type QueueMessage, type QueueOptions } from '../../s3/queue.ts';

const SOON = { timeoutMs: 10_000, everyMs: 10 };
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });

async function start(t: TestContext, options: Partial<QueueOptions> = {}, maxReceives?: number) {
  const sqs = await startFakeSqs(maxReceives === undefined ? {} : { maxReceives });
  const answers: QueueMessage[][] = [];
  const errors: unknown[] = [];
  const consume = () => {
    const queue = consumeQueue({
      url: sqs.queueUrl('docs'),
      onMessages: async (messages) => {
        answers.push([...messages]);
        return messages.map(({ id }) => id);
      },
      onError: (error) => errors.push(error),
      pause: async () => {},
      ...options,
    });
    t.after(() => queue.stop());
    return queue;
  };
  t.after(() => sqs.close());
  return { sqs, answers, errors, consume };
}

test('messages come ten at most at a time, and are deleted once they are dealt with', async (t) => {
  const { sqs, answers, errors, consume } = await start(t);
  for (let i = 0; i < 25; i += 1) sqs.send('docs', `message ${i}`);
  const queue = consume();
  await until(async () => assert.deepEqual(sqs.bodies('docs'), []), SOON);
  assert.equal(new Set(answers.flat().map(({ body }) => body)).size, 25);
  assert.ok(answers.every(({ length }) => length <= 10));
  await queue.stop();
  assert.deepEqual(errors, []);
});

test('a message is not deleted before it is dealt with', async (t) => {
  const held = Promise.withResolvers<void>();
  const received = Promise.withResolvers<void>();
  const { sqs, consume } = await start(t, {
    onMessages: async (messages) => {
      received.resolve();
      await held.promise;
      return messages.map(({ id }) => id);
    },
  });
  sqs.send('docs', 'one');
  const queue = consume();
  await received.promise;
  assert.deepEqual(sqs.bodies('docs'), ['one']);
  assert.ok(!sqs.requests.includes('DeleteMessageBatch'));
  // A stop meanwhile waits for it, and deletes it: it is in the log.
  const stopping = queue.stop();
  held.resolve();
  await stopping;
  assert.deepEqual(sqs.bodies('docs'), []);
});

test('what cannot be dealt with comes again after its visibility timeout, and no sooner', async (t) => {
  let failures = 1;
  const seen: QueueMessage[] = [];
  const { sqs, errors, consume } = await start(t, {
    onMessages: async (messages) => {
      seen.push(...messages);
      failures -= 1;
      if (failures >= 0) throw new Error('the log is down');
      return messages.map(({ id }) => id);
    },
  });
  sqs.send('docs', 'one');
  const queue = consume();
  await until(async () => assert.equal(sqs.waiting(), 1), SOON);
  sqs.advance(59_000);
  // The request that waited ended without a message; the next one waits.
  await until(async () => assert.equal(sqs.waiting(), 1), SOON);
  assert.deepEqual([seen.length, errors.length], [1, 1]);
  sqs.advance(1_000);
  await until(async () => assert.deepEqual(sqs.bodies('docs'), []), SOON);
  assert.deepEqual(
    seen.map(({ receives }) => receives),
    [1, 2],
  );
  await queue.stop();
});

test('a message that is never dealt with ends where the redrive policy of its queue puts it', async (t) => {
  const { sqs, consume } = await start(t, { onMessages: async () => [] }, 3);
  sqs.send('docs', 'hello');
  const queue = consume();
  await until(async () => {
    sqs.advance(60_000);
    assert.deepEqual(sqs.deadLetters('docs'), ['hello']);
  }, SOON);
  assert.ok(!sqs.requests.includes('DeleteMessageBatch'));
  await queue.stop();
});

test('a queue that fails is asked again after longer and longer pauses, and the next success ends them', async (t) => {
  const pauses: number[] = [];
  const { sqs, errors, consume } = await start(t, {
    backoff: (failures) => failures,
    pause: async (ms) => void pauses.push(ms),
  });
  // Three attempts of the client make one failure.
  sqs.failNext('ReceiveMessage', 6, 503);
  sqs.failNext('DeleteMessageBatch', 1, 400);
  const queue = consume();
  await until(async () => assert.equal(sqs.waiting(), 1), { timeoutMs: 20_000, everyMs: 10 });
  assert.deepEqual(pauses, [1, 2]);
  const asked = sqs.requests.length;
  sqs.advance(20_000);
  await until(async () => assert.ok(sqs.requests.length > asked), SOON);
  sqs.send('docs', 'one');
  await until(async () => assert.equal(errors.length, 3), SOON);
  assert.deepEqual(pauses, [1, 2, 1]);
  assert.deepEqual(
    errors.map((error) => (error as { code: string }).code),
    ['FRESHET_SOURCE_UNAVAILABLE', 'FRESHET_SOURCE_UNAVAILABLE', 'FRESHET_SOURCE_REFUSED'],
  );
  await until(async () => {
    sqs.advance(60_000);
    assert.deepEqual(sqs.bodies('docs'), []);
  }, SOON);
  await queue.stop();
});

test('a stop breaks off the request that waits', async (t) => {
  const { sqs, errors, consume } = await start(t);
  const queue = consume();
  await until(async () => assert.equal(sqs.waiting(), 1), SOON);
  await queue.stop();
  await until(async () => assert.equal(sqs.waiting(), 0), SOON);
  assert.deepEqual(errors, []);
});
