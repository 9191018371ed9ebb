import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { Type } from 'typebox';
import { embedderConfig, openEmbedder } from '../open-embedder.ts';
import { assertUnit } from './embedder-contract.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const open = async (env: Record<string, string>) =>
  openEmbedder(loadConfig(Type.Object(embedderConfig), env), logger);

const TITAN = 'amazon.titan-embed-text-v2:0';
const DOWN = 'http://127.0.0.1:1';

test('every server may be down while its embedder is opened, and the fingerprint is known', async () => {
  const bedrock = { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_MODEL: TITAN, AWS_REGION: 'eu-central-1' };
  const openai = { EMBEDDING_PROVIDER: 'openai', EMBEDDING_MODEL: 'e5', EMBEDDING_URL: `${DOWN}/v1` };
  const fingerprints = await Promise.all(
    [
      { EMBEDDING_PROVIDER: 'hashed' },
      { EMBEDDING_PROVIDER: 'hashed', EMBEDDING_DIMENSIONS: '64' },
      { ...bedrock, BEDROCK_ENDPOINT: DOWN },
      { ...bedrock, BEDROCK_ENDPOINT: DOWN, EMBEDDING_DIMENSIONS: '512' },
      { ...openai, EMBEDDING_DIMENSIONS: '384', EMBEDDING_QUERY_PREFIX: '' },
      { ...openai, EMBEDDING_DIMENSIONS: '384', EMBEDDING_QUERY_PREFIX: 'query: ' },
    ].map(async (env) => (await open(env)).embedder.fingerprint),
  );
  assert.deepEqual(
    fingerprints.map((fingerprint) => fingerprint.replace(/prefixes-\w+/, 'prefixes')),
    [
      'hashed/1/384d',
      'hashed/1/64d',
      `bedrock/${TITAN}/1024d`,
      `bedrock/${TITAN}/512d`,
      'openai/e5/512t/384d',
      'openai/e5/prefixes/512t/384d',
    ],
  );
});

test('the local model is the default, and comes with its tokenizer', async (t) => {
  const { embedder, tokenizer } = await open({ EMBED_THREADS: '1' });
  t.after(() => embedder.close());
  assertUnit(await embedder.embedQuery('a refund'), 384);
  assert.match(tokenizer!, /tokenizer\.json$/);
});

test('Bedrock is reached at its endpoint, with the credentials of the environment', async (t) => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const fake = await startFakeBedrock();
  const { embedder, tokenizer } = await open({
    EMBEDDING_PROVIDER: 'bedrock',
    EMBEDDING_MODEL: TITAN,
    AWS_REGION: 'eu-central-1',
    BEDROCK_ENDPOINT: fake.url,
  });
  t.after(async () => {
    await embedder.close();
    await fake.close();
  });
  assertUnit(await embedder.embedQuery('a refund'), 1024);
  assert.equal(tokenizer, undefined);
});

test('a server of OpenAI’s API gets the key, the dimensions and the prefixes', async (t) => {
  const fake = await startFakeOpenAi({ apiKey: 'k' });
  const { embedder } = await open({
    EMBEDDING_PROVIDER: 'openai',
    EMBEDDING_MODEL: 'e5',
    EMBEDDING_URL: fake.url,
    EMBEDDING_API_KEY: 'k',
    EMBEDDING_DIMENSIONS: '32',
    EMBEDDING_SEND_DIMENSIONS: 'true',
    EMBEDDING_MAX_TOKENS: '64',
    EMBEDDING_DOCUMENT_PREFIX: 'passage: ',
  });
  t.after(async () => {
    await embedder.close();
    await fake.close();
  });
  const [vector] = await embedder.embedDocuments(['a refund']);
  assertUnit(vector!, 32);
  assert.equal(embedder.maxTokens, 64);
  assert.deepEqual((fake.log.requests[0]!.body as { input: string[] }).input, ['passage: a refund']);
});

for (const [env, message] of [
  [{ EMBEDDING_URL: DOWN }, 'EMBEDDING_PROVIDER=local has no use for EMBEDDING_URL.'],
  [
    { EMBEDDING_PROVIDER: 'openai', EMBEDDING_URL: DOWN },
    'EMBEDDING_PROVIDER=openai needs EMBEDDING_MODEL, EMBEDDING_DIMENSIONS.',
  ],
  [
    { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_MODEL: TITAN, EMBEDDING_URL: DOWN },
    'EMBEDDING_PROVIDER=bedrock needs AWS_REGION, and has no use for EMBEDDING_URL.',
  ],
  [
    { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_MODEL: TITAN, AWS_REGION: 'a', EMBEDDING_DIMENSIONS: '384' },
    `EMBEDDING_DIMENSIONS must be 1024, 512, 256 with EMBEDDING_MODEL ${TITAN}`,
  ],
  [{ EMBEDDING_PROVIDER: 'openai', EMBEDDING_URL: 'vllm:8000' }, /^EMBEDDING_URL must match pattern/],
  [{ EMBEDDING_PROVIDER: 'magic' }, /^EMBEDDING_PROVIDER must be/],
] as [Record<string, string>, string | RegExp][]) {
  test(`settings that contradict each other are refused by name: ${Object.keys(env).join(', ')}`, async () => {
    await assert.rejects(open(env), { code: 'FRESHET_CONFIG_INVALID', message });
  });
}
