import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createHttpReranker, type HttpRerankerOptions } from '../../reranking/http.ts';
import { testReranker } from '../reranker-contract.ts';

async function open(t: TestContext, options: Partial<HttpRerankerOptions> = {}) {
  const fake = await startFakeOpenAi();
  const reranker = createHttpReranker({ baseUrl: fake.url, model: 'bge-reranker', ...options });
  t.after(async () => {
    await reranker.close();
    await fake.close();
  });
  return { log: fake.log, reranker, silenceNext: () => fake.failNext({ type: 'silent' }) };
}

for (const protocol of ['cohere', 'tei'] as const) {
  testReranker(protocol, (t, timeoutMs) => open(t, { protocol, timeoutMs }));

  test(`${protocol}: scores come in the order of the texts, over any number of calls`, async (t) => {
    const { reranker, log } = await open(t, { protocol, batchTexts: 2 });
    const scores = await reranker.rerank('refund days', ['days', 'other', 'refund days', '', 'a refund']);
    assert.deepEqual(scores, [0.5, 0, 1, 0, 0.5]);
    assert.equal(log.counts.requests, 3);
  });
}

test('more texts than the server takes in one call are its refusal', async (t) => {
  const { reranker } = await open(t, { batchTexts: 100 });
  const texts = Array.from({ length: 40 }, () => 'a');
  await assert.rejects(reranker.rerank('a', texts), { code: 'FRESHET_MODEL_REFUSED' });
});
