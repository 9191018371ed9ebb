import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ErrorCode } from '@freshet/shared/errors';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createModelClient, type ModelClientOptions } from '../../openai/client.ts';

const never = new AbortController().signal;
const body = { model: 'm', input: 'a' };

async function open(t: TestContext, options: Partial<ModelClientOptions> = {}) {
  const fake = await startFakeOpenAi();
  const client = createModelClient({ baseUrl: fake.url, ...options });
  t.after(async () => {
    await client.close();
    await fake.close();
  });
  return { fake, client };
}

test('what was throttled or met a busy server is tried again', async (t) => {
  const { fake, client } = await open(t);
  fake.failNext({ type: 'refused', status: 429 }, { type: 'refused', status: 503 });
  await client.json('/embeddings', body, never);
  assert.equal(fake.log.counts.requests, 3);
});

test('Retry-After is kept to: in seconds, as a date, and when it is too long by no further try', async (t) => {
  const { fake, client } = await open(t, { maxAttempts: 2 });
  const headers = { 'retry-after': '0' };
  fake.failNext({ type: 'refused', status: 429, headers });
  await client.json('/embeddings', body, never);
  const past = { 'retry-after': new Date(Date.now() - 60_000).toUTCString() };
  fake.failNext({ type: 'refused', status: 503, headers: past });
  await client.json('/embeddings', body, never);
  assert.equal(fake.log.counts.requests, 4);
  fake.failNext({ type: 'refused', status: 429, headers: { 'retry-after': '3600' } });
  await assert.rejects(client.json('/embeddings', body, never), { code: 'FRESHET_MODEL_THROTTLED' });
  assert.equal(fake.log.counts.requests, 5);
});

test('an abort ends the pause before the next try', async (t) => {
  const { fake, client } = await open(t);
  fake.failNext({ type: 'refused', status: 429, headers: { 'retry-after': '9' } });
  const gone = new AbortController();
  const reason = new Error('gone');
  const call = client.json('/embeddings', body, gone.signal);
  while (fake.log.counts.failed === 0) await new Promise(setImmediate);
  gone.abort(reason);
  await assert.rejects(call, reason);
});

const statuses: [number, string, ErrorCode][] = [
  [400, 'Invalid value', 'FRESHET_MODEL_REFUSED'],
  [401, 'Unauthorized', 'FRESHET_MODEL_REFUSED'],
  [404, 'The model `m` does not exist.', 'FRESHET_MODEL_REFUSED'],
  [408, 'Timeout', 'FRESHET_MODEL_TIMEOUT'],
  [429, 'Slow down', 'FRESHET_MODEL_THROTTLED'],
  [500, 'Internal', 'FRESHET_MODEL_UNAVAILABLE'],
  [503, 'Busy', 'FRESHET_MODEL_UNAVAILABLE'],
  [504, 'Timeout', 'FRESHET_MODEL_TIMEOUT'],
  [
    400,
    "This model's maximum context length is 512 tokens. However, you requested 613 tokens.",
    'FRESHET_CONTEXT_TOO_LONG',
  ],
  [
    413,
    'Input validation error: `inputs` must have less than 512 tokens. Given: 613',
    'FRESHET_CONTEXT_TOO_LONG',
  ],
  [400, 'the input length exceeds the context length', 'FRESHET_CONTEXT_TOO_LONG'],
  [500, 'input (613 tokens) is too large to process', 'FRESHET_CONTEXT_TOO_LONG'],
];
for (const [status, message, code] of statuses) {
  test(`${status} ${message} is ${code}`, async (t) => {
    const { fake, client } = await open(t, { maxAttempts: 1 });
    fake.failNext({ type: 'refused', status, message });
    await assert.rejects(client.json('/embeddings', body, never), { code });
  });
}

test('a server that is down is a retryable failure', async (t) => {
  const { fake, client } = await open(t, { maxAttempts: 2 });
  await fake.close();
  await assert.rejects(client.json('/embeddings', body, never), {
    code: 'FRESHET_MODEL_UNAVAILABLE',
    isRetryable: true,
    message: /does not answer: .*ECONNREFUSED/,
  });
});
