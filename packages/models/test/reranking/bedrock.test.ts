import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { type BedrockRerankerOptions, createBedrockReranker } from '../../reranking/bedrock.ts';
import { testReranker } from '../reranker-contract.ts';

const COHERE = 'cohere.rerank-v3-5:0';
const AMAZON = 'amazon.rerank-v1:0';

async function open(t: TestContext, options: Partial<BedrockRerankerOptions> = {}) {
  const fake = await startFakeBedrock();
  const reranker = createBedrockReranker({
    model: COHERE,
    region: 'eu-central-1',
    endpoint: fake.url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    ...options,
  });
  t.after(async () => {
    await reranker.close();
    await fake.close();
  });
  return { fake, log: fake.log, reranker, silenceNext: () => fake.failNext({ type: 'silent' }) };
}

for (const model of [COHERE, AMAZON]) {
  testReranker(`Bedrock ${model}`, (t, timeoutMs) => open(t, { model, timeoutMs }));
}

test('throttling has its code, and a model that may not be called is refused', async (t) => {
  const { reranker, fake } = await open(t, { maxAttempts: 1 });
  fake.failNext({ type: 'refused', error: 'ThrottlingException' });
  await assert.rejects(reranker.rerank('a', ['b']), { code: 'FRESHET_MODEL_THROTTLED' });
  fake.failNext({ type: 'refused', error: 'AccessDeniedException' });
  await assert.rejects(reranker.rerank('a', ['b']), { code: 'FRESHET_MODEL_REFUSED' });
});

test('a model that is no reranker is refused at once', () => {
  assert.throws(() => createBedrockReranker({ model: 'amazon.titan-embed-text-v2:0' }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /RERANK_MODEL amazon.titan-embed-text-v2:0/,
  });
});
