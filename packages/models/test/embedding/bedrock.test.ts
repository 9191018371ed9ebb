import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FakeBedrock, type FakeBedrockOptions, startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { type BedrockEmbedderOptions, createBedrockEmbedder } from '../../embedding/bedrock.ts';
import { createHashedEmbedder } from '../../embedding/hashed.ts';
import { testEmbedder } from '../embedder-contract.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';
const COHERE = 'cohere.embed-english-v3';

interface Opened {
  fake: FakeBedrock;
  embedder: ReturnType<typeof createBedrockEmbedder>;
}

async function open(
  t: TestContext,
  options: Partial<BedrockEmbedderOptions> = {},
  fakeOptions: FakeBedrockOptions = {},
): Promise<Opened> {
  const fake = await startFakeBedrock(fakeOptions);
  const embedder = createBedrockEmbedder({
    model: TITAN,
    region: 'eu-central-1',
    endpoint: fake.url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    ...options,
  });
  t.after(async () => {
    await embedder.close();
    await fake.close();
  });
  return { fake, embedder };
}

for (const options of [
  { model: TITAN },
  { model: TITAN, dimensions: 256 },
  { model: COHERE },
  { model: 'eu.cohere.embed-v4:0', dimensions: 512 },
]) {
  testEmbedder(`Bedrock ${Object.values(options).join(' ')}`, async (t) => (await open(t, options)).embedder);
}

test('Cohere is told what a text is for, and takes 96 texts a call', async (t) => {
  const { embedder, fake } = await open(t, { model: COHERE });
  const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`);
  const vectors = await embedder.embedDocuments(texts);
  assert.equal(vectors.length, 200);
  await embedder.embedQuery('a question');
  const calls = fake.log.requests.map(({ body }) => body as { texts: string[]; input_type: string });
  assert.deepEqual(
    calls.map(({ texts, input_type }) => [texts.length, input_type]),
    [
      [96, 'search_document'],
      [96, 'search_document'],
      [8, 'search_document'],
      [1, 'search_query'],
    ],
  );
  const [expected] = await createHashedEmbedder({ dimensions: 1024 }).embedDocuments(['text 150']);
  assert.deepEqual(vectors[150], expected);
});

test('a text that is too long is cut off, whatever its tokens', async (t) => {
  const { embedder, fake } = await open(t);
  // The fake counts four characters a token: 50,000 are more than 8,192 tokens.
  const [vector] = await embedder.embedDocuments(['refund '.repeat(20_000)]);
  assert.equal(vector!.length, 1024);
  const lengths = fake.log.requests.map(({ body }) => (body as { inputText: string }).inputText.length);
  assert.equal(lengths[0], 50_000);
  assert.ok(lengths.at(-1)! <= 8192 * 4 && lengths.at(-1)! > 8192 * 3.5, String(lengths));
  const { embedder: cohere } = await open(t, { model: COHERE });
  await cohere.embedDocuments(['refund '.repeat(20_000)]);
});

test('no more calls run at once than configured, and a query does not wait for them', async (t) => {
  const held: (() => void)[] = [];
  const { embedder, fake } = await open(
    t,
    { concurrency: 3 },
    { beforeAnswer: ({ body }) => holdDocuments(body, held) },
  );
  const documents = Promise.all([
    embedder.embedDocuments(['a', 'b', 'c', 'd']),
    embedder.embedDocuments(['e', 'f', 'g', 'h']),
  ]);
  for (let arrived = 0; arrived < 3; arrived++) await fake.log.next();
  await embedder.embedQuery('query');
  assert.equal(fake.log.counts.peak, 4);
  assert.equal(held.length, 3);
  let done = false;
  void documents.then(() => {
    done = true;
  });
  while (!done) {
    held.shift()?.();
    await new Promise(setImmediate);
  }
  assert.equal(fake.log.counts.requests, 9);
  assert.equal(fake.log.counts.peak, 4);
});

function holdDocuments(body: unknown, held: (() => void)[]): Promise<void> {
  if ((body as { inputText: string }).inputText === 'query') return Promise.resolve();
  return new Promise((resolve) => held.push(resolve));
}

test('throttling is tried again', async (t) => {
  const { embedder, fake } = await open(t);
  fake.failNext({ type: 'refused', error: 'ThrottlingException' });
  await embedder.embedQuery('a');
  assert.equal(fake.log.counts.requests, 2);
});

test('throttling that does not end has its code', async (t) => {
  const { embedder } = await open(t, { maxAttempts: 1 }, { throttle: { every: 1 } });
  await assert.rejects(embedder.embedQuery('a'), { code: 'FRESHET_MODEL_THROTTLED', isRetryable: true });
});

test('a model that may not be called is refused for good', async (t) => {
  const { embedder, fake } = await open(t);
  fake.failNext({ type: 'refused', error: 'AccessDeniedException' });
  await assert.rejects(embedder.embedDocuments(['a']), {
    code: 'FRESHET_MODEL_REFUSED',
    isRetryable: false,
    message: /AccessDeniedException/,
  });
});

test('a call that is never answered ends in time', async (t) => {
  const { embedder, fake } = await open(t, { timeoutMs: 50 });
  fake.failNext({ type: 'silent' });
  await assert.rejects(embedder.embedQuery('a'), { code: 'FRESHET_MODEL_TIMEOUT' });
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
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

test('opening makes no call, and the fingerprint names model and dimensions but no region', () => {
  const offline = { region: 'eu-central-1', endpoint: 'http://127.0.0.1:1' };
  const fingerprint = (options: Partial<BedrockEmbedderOptions>) =>
    createBedrockEmbedder({ ...offline, model: TITAN, ...options }).fingerprint;
  assert.equal(fingerprint({}), 'bedrock/amazon.titan-embed-text-v2:0/1024d');
  assert.notEqual(fingerprint({ dimensions: 512 }), fingerprint({}));
  assert.equal(fingerprint({ model: 'eu.cohere.embed-v4:0' }), fingerprint({ model: 'cohere.embed-v4:0' }));
});

test('models that are not known, and dimensions that they lack, are refused at once', () => {
  const create = (options: BedrockEmbedderOptions) => () => createBedrockEmbedder(options);
  assert.throws(create({ model: 'amazon.nova-pro-v1:0' }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /EMBEDDING_MODEL amazon.nova-pro-v1:0/,
  });
  assert.throws(create({ model: COHERE, dimensions: 512 }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /EMBEDDING_DIMENSIONS must be 1024/,
  });
});

test('an endpoint that is down is a retryable failure', async (t) => {
  const { embedder, fake } = await open(t, { maxAttempts: 1 });
  await fake.close();
  await assert.rejects(embedder.embedQuery('a'), { code: 'FRESHET_MODEL_UNAVAILABLE', isRetryable: true });
});
