import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createHttpReranker, type HttpRerankerOptions } from '../../reranking/http.ts';

async function open(t: TestContext, options: Partial<HttpRerankerOptions> = {}) {
  const fake = await startFakeOpenAi();
  const reranker = createHttpReranker({ baseUrl: fake.url, model: 'bge-reranker', ...options });
  t.after(async () => {
    await reranker.close();
    await fake.close();
  });
  return { fake, reranker };
}

for (const protocol of ['cohere', 'tei'] as const) {
  test(`${protocol}: scores come in the order of the texts, over any number of calls`, async (t) => {
    const { reranker, fake } = await open(t, { protocol, batchTexts: 2 });
    const scores = await reranker.rerank('refund days', ['days', 'other', 'refund days', '', 'a refund']);
    assert.deepEqual(scores, [0.5, 0, 1, 0, 0.5]);
    assert.equal(fake.log.counts.requests, 3);
    assert.deepEqual(await reranker.rerank('refund', []), []);
    assert.equal(fake.log.counts.requests, 3);
  });
}

test('an abort reaches the socket, and a call that is never answered ends in time', async (t) => {
  const { reranker, fake } = await open(t, { timeoutMs: 50 });
  fake.failNext({ type: 'silent' });
  await assert.rejects(reranker.rerank('a', ['b']), { code: 'FRESHET_MODEL_TIMEOUT' });
  assert.equal(await fake.log.requests[0]!.ended, 'aborted');
  const patient = await open(t);
  patient.fake.failNext({ type: 'silent' });
  const gone = new AbortController();
  const next = patient.fake.log.next();
  const call = patient.reranker.rerank('a', ['b'], { signal: gone.signal });
  const request = await next;
  gone.abort(new Error('gone'));
  await assert.rejects(call, /gone/);
  assert.equal(await request.ended, 'aborted');
});

test('more texts than the server takes in one call are its refusal', async (t) => {
  const { reranker } = await open(t, { batchTexts: 100 });
  const texts = Array.from({ length: 40 }, () => 'a');
  await assert.rejects(reranker.rerank('a', texts), { code: 'FRESHET_MODEL_REFUSED' });
});
