import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ErrorCode } from '@freshet/shared/errors';
import { type FakeOpenAiOptions, startFakeOpenAi } from '@freshet/testkit/fake-openai';
import type { OpenAiFault } from '@freshet/testkit/fake-openai/stream-chat';
import { createOpenAiGenerator, type OpenAiGeneratorOptions } from '../../generation/openai.ts';
import { ANSWER, listen, question } from './fixture.ts';

async function open(
  t: TestContext,
  options: Partial<OpenAiGeneratorOptions> = {},
  fakeOptions: FakeOpenAiOptions = {},
) {
  const fake = await startFakeOpenAi({ maxTokens: 8000, ...fakeOptions });
  const generator = createOpenAiGenerator({ baseUrl: fake.url, model: 'qwen3', ...options });
  t.after(async () => {
    await generator.close();
    await fake.close();
  });
  return { fake, generator };
}

test('an answer comes token by token, and finishes with usage and cost', async (t) => {
  const { generator, fake } = await open(t, { price: { inputPerMTok: 1, outputPerMTok: 5 } });
  const { text, parts, finished } = await listen(generator);
  assert.equal(text, ANSWER);
  assert.equal(parts.length, 12);
  assert.equal(finished?.finishReason, 'stop');
  const { inputTokens, outputTokens } = finished!.usage;
  assert.equal(outputTokens, 11);
  assert.equal(finished?.costUsd, Number(((inputTokens + 5 * outputTokens) / 1e6).toFixed(9)));
  const body = fake.log.requests[0]!.body as { messages: { role: string }[]; temperature?: number };
  assert.deepEqual(
    body.messages.map(({ role }) => role),
    ['system', 'user'],
  );
  assert.ok(!('temperature' in body));
});

test('an answer that is cut by maxTokens, or by a filter, says so', async (t) => {
  const { generator } = await open(t, { maxTokens: 5 });
  assert.equal((await listen(generator)).finished?.finishReason, 'length');
  const filtered = await open(t, {}, { finishReason: 'content_filter' });
  assert.equal((await listen(filtered.generator)).finished?.finishReason, 'blocked');
});

test('a reader that stops early ends the request', async (t) => {
  const { generator, fake } = await open(t, {}, { betweenTokensMs: 60_000 });
  for await (const part of generator.generate({ ...question, signal: new AbortController().signal })) {
    if (part.type === 'delta') break;
  }
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
});

test('an abort in the middle of the stream reaches the socket', async (t) => {
  const { generator, fake } = await open(t, {}, { betweenTokensMs: 60_000 });
  const gone = new AbortController();
  const reason = new Error('the client went away');
  const parts = generator.generate({ ...question, signal: gone.signal })[Symbol.asyncIterator]();
  await parts.next();
  const next = parts.next();
  gone.abort(reason);
  await assert.rejects(next, reason);
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
});

const inMidStream: [OpenAiFault, ErrorCode][] = [
  [{ type: 'error', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'garbled', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'truncated', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'ended', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'stalled', afterTokens: 2 }, 'FRESHET_MODEL_TIMEOUT'],
];
for (const [fault, code] of inMidStream) {
  test(`after two tokens, ${fault.type} is ${code}, and never tried again`, async (t) => {
    const { generator, fake } = await open(t, { betweenTokensTimeoutMs: 100 });
    fake.failNext(fault);
    const said = await listen(generator);
    assert.equal(said.text, 'Refunds take');
    assert.equal(said.error?.code, code);
    assert.equal(fake.log.counts.requests, 1);
  });
}

test('a busy server is tried again before the stream', async (t) => {
  const { generator, fake } = await open(t);
  fake.failNext({ type: 'refused', status: 429, headers: { 'retry-after': '0' } });
  assert.equal((await listen(generator)).text, ANSWER);
  assert.equal(fake.log.counts.requests, 2);
});

test('a model that says nothing is timed out, with its socket', async (t) => {
  const { generator, fake } = await open(t, { firstTokenTimeoutMs: 50 });
  fake.failNext({ type: 'silent' });
  assert.equal((await listen(generator)).error?.code, 'FRESHET_MODEL_TIMEOUT');
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
});

test('a prompt that is too long for the model has its own code', async (t) => {
  const { generator } = await open(t, {}, { maxTokens: 100 });
  assert.equal((await listen(generator)).error?.code, 'FRESHET_CONTEXT_TOO_LONG');
});
