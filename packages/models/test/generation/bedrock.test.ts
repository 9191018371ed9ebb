import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ErrorCode } from '@freshet/shared/errors';
import { type FakeBedrockOptions, startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import type { Fault, RefusalName } from '@freshet/testkit/fake-bedrock/faults';
import { ABSTENTION } from '../../generation/abstention.ts';
import { type BedrockGeneratorOptions, createBedrockGenerator } from '../../generation/bedrock.ts';
import { ANSWER, listen, question } from './fixture.ts';

const MODEL = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0';

async function open(
  t: TestContext,
  options: Partial<BedrockGeneratorOptions> = {},
  fakeOptions: FakeBedrockOptions = {},
) {
  const fake = await startFakeBedrock(fakeOptions);
  const generator = createBedrockGenerator({
    model: MODEL,
    region: 'eu-central-1',
    endpoint: fake.url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    ...options,
  });
  t.after(async () => {
    await generator.close();
    await fake.close();
  });
  return { fake, generator };
}

test('an answer comes in parts, and finishes with usage and cost', async (t) => {
  const price = { inputPerMTok: 1, outputPerMTok: 5 };
  const { generator, fake } = await open(t, { price });
  const { text, parts, finished } = await listen(generator);
  assert.equal(text, ANSWER);
  assert.equal(parts.at(-1), finished);
  assert.equal(finished?.finishReason, 'stop');
  const { inputTokens, outputTokens } = finished!.usage;
  assert.equal(outputTokens, 11);
  assert.ok(inputTokens > 100);
  assert.equal(finished?.costUsd, Number(((inputTokens + 5 * outputTokens) / 1e6).toFixed(9)));
  assert.equal(fake.log.requests[0]!.modelId, MODEL);
});

test('without a price there is usage, and no cost', async (t) => {
  const { generator } = await open(t);
  const { finished } = await listen(generator);
  assert.ok(finished!.usage.inputTokens > 0);
  assert.ok(!('costUsd' in finished!));
});

test('the first token is handed on before the last one comes', async (t) => {
  const { generator, fake } = await open(t, {}, { betweenTokensMs: 60_000 });
  const gone = new AbortController();
  const parts = generator.generate({ ...question, signal: gone.signal })[Symbol.asyncIterator]();
  assert.deepEqual((await parts.next()).value, { type: 'delta', text: 'Refunds' });
  assert.equal(fake.log.requests[0]!.tokens, 1);
  await parts.return?.(undefined);
});

test('a reader that stops early ends the request', async (t) => {
  const { generator, fake } = await open(t, {}, { betweenTokensMs: 60_000 });
  for await (const part of generator.generate({ ...question, signal: new AbortController().signal })) {
    if (part.type === 'delta') break;
  }
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
});

test('an abort reaches the socket, before the stream and in the middle of it', async (t) => {
  const { generator, fake } = await open(t);
  const reason = new Error('the client went away');
  for (const fault of [{ type: 'silent' }, { type: 'stalled', afterTokens: 2 }] satisfies Fault[]) {
    fake.failNext(fault);
    const gone = new AbortController();
    const next = fake.log.next();
    const said = listen(generator, { signal: gone.signal });
    const request = await next;
    if (fault.type === 'stalled') while (request.outcome === undefined) await new Promise(setImmediate);
    gone.abort(reason);
    assert.equal((await said).error, reason);
    await request.ended;
  }
});

test('what is asked of the model: limits, and a temperature only when there is one', async (t) => {
  const { generator, fake } = await open(t, { maxTokens: 7 });
  const { finished } = await listen(generator);
  assert.equal(finished?.finishReason, 'length');
  assert.deepEqual(inferenceConfig(fake.log.requests[0]!.body), { maxTokens: 7 });
  const warm = await open(t, { maxTokens: 7, temperature: 0.2 });
  await listen(warm.generator);
  assert.deepEqual(inferenceConfig(warm.fake.log.requests[0]!.body), { maxTokens: 7, temperature: 0.2 });
});

function inferenceConfig(body: unknown): unknown {
  return (body as { inferenceConfig: unknown }).inferenceConfig;
}

for (const [stopReason, finishReason] of [
  ['stop_sequence', 'stop'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'blocked'],
  ['content_filtered', 'blocked'],
  ['something_new', 'stop'],
] as const) {
  test(`a model that stops with ${stopReason} finishes with ${finishReason}`, async (t) => {
    const { generator } = await open(t, {}, { stopReason });
    assert.equal((await listen(generator)).finished?.finishReason, finishReason);
  });
}

test('malformed output is a failure', async (t) => {
  const { generator } = await open(t, {}, { stopReason: 'malformed_model_output' });
  assert.equal((await listen(generator)).error?.code, 'FRESHET_MODEL_BROKE_OFF');
});

test('a model that says it found no answer has abstained', async (t) => {
  const { generator } = await open(t, {}, { answer: () => ABSTENTION });
  assert.equal((await listen(generator)).finished?.finishReason, 'abstained');
});

test('a model that says nothing has failed, one that repeats itself is stopped, one that goes on is cut off', async (t) => {
  const silent = await open(t, {}, { answer: () => ' ' });
  assert.equal((await listen(silent.generator)).error?.code, 'FRESHET_MODEL_EMPTY');
  const endless = await open(t, { maxTokens: 100_000 }, { answer: () => 'Ten days, or so. '.repeat(10_000) });
  const said = await listen(endless.generator);
  assert.equal(said.finished?.finishReason, 'length');
  assert.ok(said.text.length < 100_000, `${said.text.length} characters`);
  assert.equal(await endless.fake.log.requests[0]!.ended, 'aborted');
  const slow = await open(t, { timeoutMs: 80 }, { betweenTokensMs: 20, answer: () => 'word '.repeat(200) });
  const cut = await listen(slow.generator);
  assert.equal(cut.error?.code, 'FRESHET_MODEL_TIMEOUT');
  assert.ok(cut.text.length > 0);
});

test('without passages there is no answer, and no call', async (t) => {
  const { generator, fake } = await open(t);
  const { text, finished } = await listen(generator, { passages: [] });
  assert.equal(text, ABSTENTION);
  assert.equal(finished?.finishReason, 'abstained');
  assert.equal(fake.log.counts.requests, 0);
});

const refused: [RefusalName, ErrorCode][] = [
  ['ThrottlingException', 'FRESHET_MODEL_THROTTLED'],
  ['InternalServerException', 'FRESHET_MODEL_UNAVAILABLE'],
  ['ServiceUnavailableException', 'FRESHET_MODEL_UNAVAILABLE'],
  ['ModelNotReadyException', 'FRESHET_MODEL_UNAVAILABLE'],
  ['ModelErrorException', 'FRESHET_MODEL_UNAVAILABLE'],
  ['ModelTimeoutException', 'FRESHET_MODEL_TIMEOUT'],
  ['AccessDeniedException', 'FRESHET_MODEL_REFUSED'],
  ['ResourceNotFoundException', 'FRESHET_MODEL_REFUSED'],
  ['UnrecognizedClientException', 'FRESHET_MODEL_REFUSED'],
  ['ValidationException', 'FRESHET_MODEL_REFUSED'],
];
const inMidStream: [Fault, ErrorCode][] = [
  [{ type: 'exception', error: 'modelStreamErrorException', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'exception', error: 'internalServerException', afterTokens: 2 }, 'FRESHET_MODEL_UNAVAILABLE'],
  [{ type: 'exception', error: 'serviceUnavailableException', afterTokens: 2 }, 'FRESHET_MODEL_UNAVAILABLE'],
  [{ type: 'exception', error: 'throttlingException', afterTokens: 2 }, 'FRESHET_MODEL_THROTTLED'],
  [{ type: 'exception', error: 'validationException', afterTokens: 2 }, 'FRESHET_MODEL_REFUSED'],
  [{ type: 'truncated', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'ended', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'corrupted', afterTokens: 2 }, 'FRESHET_MODEL_BROKE_OFF'],
  [{ type: 'stalled', afterTokens: 2 }, 'FRESHET_MODEL_TIMEOUT'],
];

for (const [error, code] of refused) {
  test(`${error} before the stream is ${code}`, async (t) => {
    const { generator, fake } = await open(t, { maxAttempts: 1 });
    fake.failNext({ type: 'refused', error });
    const said = await listen(generator);
    assert.equal(said.error?.code, code);
    assert.equal(said.error?.isRetryable, code !== 'FRESHET_MODEL_REFUSED');
    assert.equal((await listen(generator)).text, ANSWER);
  });
}

for (const [fault, code] of inMidStream) {
  test(`after two tokens, ${Object.values(fault).join(' ')} is ${code}, and never tried again`, async (t) => {
    const { generator, fake } = await open(t, { betweenTokensTimeoutMs: 100 });
    fake.failNext(fault);
    const said = await listen(generator);
    assert.equal(said.text, 'Refunds take');
    assert.equal(said.error?.code, code);
    assert.equal(fake.log.counts.requests, 1);
  });
}

test('throttling before the stream is tried again', async (t) => {
  const { generator, fake } = await open(t);
  fake.failNext({ type: 'refused', error: 'ThrottlingException' });
  assert.equal((await listen(generator)).text, ANSWER);
  assert.equal(fake.log.counts.requests, 2);
});

test('a model that says nothing at all is timed out, with its socket', async (t) => {
  for (const fault of [{ type: 'silent' }, { type: 'stalled', afterTokens: 0 }] satisfies Fault[]) {
    const { generator, fake } = await open(t, { firstTokenTimeoutMs: 50 });
    fake.failNext(fault);
    const { error, parts } = await listen(generator);
    assert.deepEqual(parts, []);
    assert.equal(error?.code, 'FRESHET_MODEL_TIMEOUT');
    await fake.log.requests[0]!.ended;
  }
});

test('a prompt that is too long for the model has its own code', async (t) => {
  const { generator } = await open(t, {}, { contextTokens: 100 });
  const { error } = await listen(generator);
  assert.equal(error?.code, 'FRESHET_CONTEXT_TOO_LONG');
  assert.equal(error?.isRetryable, false);
});

test('sockets are used again', async (t) => {
  const { generator, fake } = await open(t, { connections: 1 });
  for (let i = 0; i < 5; i++) await listen(generator);
  assert.equal(fake.log.counts.answered, 5);
  assert.equal(fake.log.counts.connections, 1);
});
