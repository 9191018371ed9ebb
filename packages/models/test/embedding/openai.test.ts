import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FakeOpenAiOptions, startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from '../../embedding/openai.ts';
import { assertUnit, testEmbedder } from '../embedder-contract.ts';

async function open(
  t: TestContext,
  options: Partial<OpenAiEmbedderOptions> = {},
  fakeOptions: FakeOpenAiOptions = {},
) {
  const fake = await startFakeOpenAi(fakeOptions);
  const embedder = createOpenAiEmbedder({ baseUrl: fake.url, model: 'e5-small', dimensions: 64, ...options });
  t.after(async () => {
    await embedder.close();
    await fake.close();
  });
  const inputs = () => fake.log.requests.map(({ body }) => (body as { input: string[] }).input);
  return { fake, embedder, inputs };
}

testEmbedder('OpenAI-compatible', async (t) => (await open(t)).embedder);

test('texts go in batches, with the prefix of documents; a query with its own', async (t) => {
  const { embedder, inputs } = await open(t, {
    batchTexts: 2,
    queryPrefix: 'query: ',
    documentPrefix: 'passage: ',
  });
  await embedder.embedDocuments(['a', 'b', 'c']);
  await embedder.embedQuery('d');
  assert.deepEqual(inputs(), [['passage: a', 'passage: b'], ['passage: c'], ['query: d']]);
});

test('dimensions are asked for only when configured', async (t) => {
  const { embedder, fake } = await open(t, { dimensions: 32, sendDimensions: true });
  assertUnit(await embedder.embedQuery('a'), 32);
  assert.equal((fake.log.requests[0]!.body as { dimensions?: number }).dimensions, 32);
  const plain = await open(t);
  await plain.embedder.embedQuery('a');
  assert.ok(!('dimensions' in (plain.fake.log.requests[0]!.body as object)));
});

test('a text that is too long is cut off, and its neighbours keep theirs', async (t) => {
  const { embedder, inputs } = await open(t, { maxTokens: 1024 });
  const long = 'refund '.repeat(1000);
  const vectors = await embedder.embedDocuments(['a', 'b', long, 'c']);
  const alone = await embedder.embedDocuments(['a', 'b', 'c']);
  assert.deepEqual([vectors[0], vectors[1], vectors[3]], alone);
  assertUnit(vectors[2]!, 64);
  const sent = inputs()
    .filter((texts) => texts.length === 1 && texts[0]!.length > 10)
    .map(([text]) => text!.length);
  assert.ok(sent.at(-1)! <= 512 * 4 && sent.at(-1)! > 512 * 3, String(sent));
});

test('the fingerprint is known without a call, and names model, dimensions, length and prefixes', () => {
  const fingerprint = (options: Partial<OpenAiEmbedderOptions> = {}) =>
    createOpenAiEmbedder({ baseUrl: 'http://127.0.0.1:1/v1', model: 'e5', dimensions: 384, ...options })
      .fingerprint;
  assert.equal(fingerprint(), 'openai/e5/512t/384d');
  const all = [
    fingerprint(),
    fingerprint({ model: 'bge' }),
    fingerprint({ dimensions: 256 }),
    fingerprint({ maxTokens: 256 }),
    fingerprint({ queryPrefix: 'query: ' }),
    fingerprint({ documentPrefix: 'query: ' }),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('a key is sent, and a wrong one is refused for good', async (t) => {
  const { embedder } = await open(t, { apiKey: 'right' }, { apiKey: 'right' });
  assertUnit(await embedder.embedQuery('a'), 64);
  const wrong = await open(t, { apiKey: 'wrong' }, { apiKey: 'right' });
  await assert.rejects(wrong.embedder.embedQuery('a'), { code: 'FRESHET_MODEL_REFUSED', isRetryable: false });
  assert.equal(wrong.fake.log.counts.requests, 1);
});

test('an abort reaches the socket', async (t) => {
  const { embedder, fake } = await open(t);
  fake.failNext({ type: 'silent' });
  const gone = new AbortController();
  const next = fake.log.next();
  const embedding = embedder.embedDocuments(['a'], { signal: gone.signal });
  const request = await next;
  gone.abort(new Error('the client went away'));
  await assert.rejects(embedding, /the client went away/);
  assert.equal(await request.ended, 'aborted');
});

test('a call that is never answered ends in time', async (t) => {
  const { embedder, fake } = await open(t, { timeoutMs: 50 });
  fake.failNext({ type: 'silent' });
  await assert.rejects(embedder.embedQuery('a'), { code: 'FRESHET_MODEL_TIMEOUT' });
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
});
