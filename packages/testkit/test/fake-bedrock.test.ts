import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Fault, RefusalName } from '../fake-bedrock/faults.ts';
import { type FakeBedrockOptions, startFakeBedrock } from '../fake-bedrock.ts';

async function open(t: TestContext, options: FakeBedrockOptions = {}) {
  const fake = await startFakeBedrock(options);
  const client = new BedrockRuntimeClient({
    endpoint: fake.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
  t.after(async () => {
    client.destroy();
    await fake.close();
  });
  return { fake, client };
}

const modelId = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const passages =
  '<passage ref="1">Refunds take ten days. They are paid in francs.</passage>\n<passage ref="2">Returns are free.</passage>';
const ask = (text = `${passages}\nHow long does a refund take?`) => ({
  modelId,
  messages: [{ role: 'user' as const, content: [{ text }] }],
});

async function read(client: BedrockRuntimeClient, input = ask() as ConverseStreamCommand['input']) {
  const events: ConverseStreamOutput[] = [];
  const { stream = [] } = await client.send(new ConverseStreamCommand(input));
  let error: Error | undefined;
  try {
    for await (const event of stream as AsyncIterable<ConverseStreamOutput>) events.push(event);
  } catch (thrown) {
    error = thrown as Error;
  }
  const text = events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('');
  return { events, text, error, types: events.map((event) => Object.keys(event)[0]) };
}

test('a stream has its events in order, and an answer that cites the passages of the prompt', async (t) => {
  const { client, fake } = await open(t);
  const { events, text, types, error } = await read(client);
  assert.equal(error, undefined);
  assert.equal(text, 'Refunds take ten days. [1] Returns are free. [2] They are paid in francs. [1]');
  const deltas = types.filter((type) => type === 'contentBlockDelta').length;
  assert.equal(deltas, 15);
  assert.deepEqual(
    types.filter((type, i) => type !== types[i - 1]),
    ['messageStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata'],
  );
  assert.equal(events.at(-2)?.messageStop?.stopReason, 'end_turn');
  const usage = events.at(-1)?.metadata?.usage;
  assert.equal(usage?.outputTokens, 15);
  assert.equal(usage?.totalTokens, usage!.inputTokens! + 15);
  const [record] = fake.log.requests;
  assert.equal(await record!.ended, 'answered');
  assert.ok(record!.firstTokenAt! >= record!.receivedAt);
  assert.equal(record!.modelId, modelId);
});

test('an answer has as many tokens as configured, and stops at maxTokens', async (t) => {
  const { client } = await open(t, { tokens: 40 });
  const long = await read(client);
  assert.equal(long.events.at(-1)?.metadata?.usage?.outputTokens, 40);
  const cut = await read(client, { ...ask(), inferenceConfig: { maxTokens: 5 } });
  assert.equal(cut.events.at(-2)?.messageStop?.stopReason, 'max_tokens');
  assert.equal(cut.text, 'Refunds take ten days. [1]');
});

test('Converse gives the same answer whole', async (t) => {
  const { client } = await open(t);
  const { output, stopReason } = await client.send(new ConverseCommand(ask()));
  assert.equal(output?.message?.content?.[0]?.text, (await read(client)).text);
  assert.equal(stopReason, 'end_turn');
});

async function invoke(client: BedrockRuntimeClient, id: string, body: object) {
  const answer = await client.send(new InvokeModelCommand({ modelId: id, body: JSON.stringify(body) }));
  return JSON.parse(answer.body.transformToString());
}

test('Titan gives a unit vector of the dimensions asked for, and counts tokens', async (t) => {
  const { client } = await open(t);
  const titan = 'amazon.titan-embed-text-v2:0';
  const { embedding, inputTextTokenCount } = await invoke(client, titan, {
    inputText: 'A refund takes ten days',
    dimensions: 512,
    normalize: true,
  });
  assert.equal(embedding.length, 512);
  assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6);
  assert.equal(inputTextTokenCount, 6);
  await assert.rejects(invoke(client, titan, { inputText: '' }), /minLength: 1/);
  await assert.rejects(invoke(client, titan, { inputText: 'a', dimensions: 300 }), /enum/);
  await assert.rejects(
    invoke(client, titan, { inputText: 'abcd'.repeat(8193) }),
    /Max input tokens: 8192, request input token count: 8193/,
  );
});

test('Cohere embeds up to 96 texts a call, and says so', async (t) => {
  const { client } = await open(t);
  const body = { texts: ['a b', 'c'], input_type: 'search_document', truncate: 'END' };
  const plain = await invoke(client, 'cohere.embed-english-v3', body);
  const typed = await invoke(client, 'cohere.embed-multilingual-v3', { ...body, embedding_types: ['float'] });
  assert.deepEqual(plain.embeddings, typed.embeddings.float);
  const v4 = await invoke(client, 'cohere.embed-v4:0', {
    ...body,
    truncate: 'RIGHT',
    embedding_types: ['float'],
    output_dimension: 256,
  });
  assert.equal(v4.embeddings.float[1].length, 256);
  const many = { ...body, texts: Array.from({ length: 97 }, () => 'a') };
  await assert.rejects(invoke(client, 'cohere.embed-english-v3', many), /maximum item count: 96/);
  const long = { ...body, texts: ['a'.repeat(2049)] };
  await assert.rejects(invoke(client, 'cohere.embed-english-v3', long), /maxLength: 2048/);
});

for (const error of [
  'AccessDeniedException',
  'InternalServerException',
  'ModelTimeoutException',
  'ResourceNotFoundException',
  'ServiceUnavailableException',
  'ThrottlingException',
  'ValidationException',
] satisfies RefusalName[]) {
  test(`${error} comes to the SDK's caller under its name`, async (t) => {
    const { client, fake } = await open(t);
    fake.failNext({ type: 'refused', error });
    await assert.rejects(client.send(new ConverseStreamCommand(ask())), { name: error });
    assert.equal((await read(client)).error, undefined);
  });
}

const inMidStream: [Fault, RegExp][] = [
  [{ type: 'exception', error: 'modelStreamErrorException', afterTokens: 2 }, /^ModelStreamErrorException/],
  [{ type: 'exception', error: 'internalServerException', afterTokens: 2 }, /^InternalServerException/],
  [{ type: 'exception', error: 'throttlingException', afterTokens: 2 }, /^ThrottlingException/],
  [{ type: 'truncated', afterTokens: 2 }, /aborted|ECONNRESET|[Tt]runcated/],
  [{ type: 'corrupted', afterTokens: 2 }, /checksum/],
];
for (const [fault, message] of inMidStream) {
  test(`after two tokens the stream fails: ${Object.values(fault).join(' ')}`, async (t) => {
    const { client, fake } = await open(t);
    fake.failNext(fault);
    const { text, error } = await read(client);
    assert.equal(text, 'Refunds take');
    assert.match(String(error), message);
    assert.equal(await fake.log.requests[0]!.ended, 'failed');
  });
}

test('a client that leaves a stalled stream is seen to leave', async (t) => {
  const { client, fake } = await open(t);
  fake.failNext({ type: 'stalled', afterTokens: 1 });
  const leave = new AbortController();
  const { stream } = await client.send(new ConverseStreamCommand(ask()), { abortSignal: leave.signal });
  for await (const event of stream!) if (event.contentBlockDelta) break;
  leave.abort();
  assert.equal(await fake.log.requests[0]!.ended, 'failed');
});

test('a client that leaves a running stream is recorded as such', async (t) => {
  const { client, fake } = await open(t, { betweenTokensMs: 60_000 });
  const leave = new AbortController();
  const { stream } = await client.send(new ConverseStreamCommand(ask()), { abortSignal: leave.signal });
  for await (const event of stream!) {
    if (event.contentBlockDelta) leave.abort();
    if (leave.signal.aborted) break;
  }
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
  assert.equal(fake.log.requests[0]!.tokens, 1);
});

test('every nth request is throttled, and all beyond the rate of a second', async (t) => {
  const { client } = await open(t, { throttle: { every: 2 } });
  assert.equal((await read(client)).error, undefined);
  await assert.rejects(client.send(new ConverseStreamCommand(ask())), { name: 'ThrottlingException' });

  let now = 0;
  const { client: second } = await open(t, { throttle: { perSecond: 1 }, now: () => now });
  now = 5000;
  assert.equal((await read(second)).error, undefined);
  await assert.rejects(second.send(new ConverseStreamCommand(ask())), { name: 'ThrottlingException' });
  now = 6000;
  assert.equal((await read(second)).error, undefined);
});

test('a prompt beyond the context is refused in the words of Bedrock', async (t) => {
  const { client } = await open(t, { contextTokens: 10 });
  await assert.rejects(client.send(new ConverseStreamCommand(ask())), {
    name: 'ValidationException',
    message: 'Input is too long for requested model.',
  });
});

test('conversations that Bedrock refuses are refused', async (t) => {
  const { client } = await open(t);
  const turn = (role: 'user' | 'assistant', text: string) => ({ role, content: [{ text }] });
  for (const [messages, message] of [
    [[turn('assistant', 'Hello')], /must start with a user message/],
    [[turn('user', 'a'), turn('user', 'b')], /must alternate/],
    [[turn('user', ' ')], /messages.0.content.0 is blank/],
  ] as const) {
    const command = new ConverseStreamCommand({ modelId, messages: [...messages] });
    await assert.rejects(client.send(command), { name: 'ValidationException', message });
  }
});

test('an embedder of one’s own gives the vectors, in its own dimensions only', async (t) => {
  const { client } = await open(t, { embedder: createHashedEmbedder({ dimensions: 256 }) });
  const titan = 'amazon.titan-embed-text-v2:0';
  const { embedding } = await invoke(client, titan, { inputText: 'a', dimensions: 256, normalize: false });
  assert.ok(Math.hypot(...embedding) > 2);
  await assert.rejects(invoke(client, titan, { inputText: 'a' }), /has 256 dimensions/);
  await assert.rejects(invoke(client, 'nobody.knows-this', {}), /model identifier is invalid/);
});

test('a request without a signature is refused', async (t) => {
  const { fake } = await open(t);
  const url = `${fake.url}/model/${encodeURIComponent(modelId)}/converse-stream`;
  const send = (headers: Record<string, string>) =>
    fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', ...headers },
    });
  const missing = await send({});
  assert.equal(missing.status, 403);
  assert.match(missing.headers.get('x-amzn-errortype')!, /^MissingAuthenticationTokenException:/);
  const wrong = await send({ authorization: 'AWS4-HMAC-SHA256 Credential=a' });
  assert.match(wrong.headers.get('x-amzn-errortype')!, /^UnrecognizedClientException:/);
  await Promise.all([missing.text(), wrong.text()]);
});
