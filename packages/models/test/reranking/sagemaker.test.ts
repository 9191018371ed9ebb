import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeSageMaker } from '@freshet/testkit/fake-sagemaker';
import { createSageMakerReranker, type SageMakerRerankerOptions } from '../../reranking/sagemaker.ts';
import { testReranker } from '../reranker-contract.ts';

async function open(t: TestContext, options: Partial<SageMakerRerankerOptions> = {}) {
  const fake = await startFakeSageMaker();
  const reranker = createSageMakerReranker({
    model: 'my-reranker',
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

for (const protocol of ['tei', 'cohere'] as const) {
  testReranker(`SageMaker ${protocol}`, (t, timeoutMs) => open(t, { protocol, timeoutMs }));
}

test('an endpoint that fails is unavailable, and one that does not exist refuses', async (t) => {
  const { reranker, fake, log } = await open(t, { maxAttempts: 1 });
  for (const [error, status, code] of [
    ['ModelError', 424, 'FRESHET_MODEL_UNAVAILABLE'],
    ['ServiceUnavailable', 503, 'FRESHET_MODEL_UNAVAILABLE'],
    ['ThrottlingException', 400, 'FRESHET_MODEL_THROTTLED'],
    ['ValidationError', 400, 'FRESHET_MODEL_REFUSED'],
  ] as const) {
    fake.failNext({ type: 'refused', error, status });
    await assert.rejects(reranker.rerank('a', ['b']), { code, message: new RegExp(`SageMaker: ${error}`) });
  }
  assert.equal(log.requests[0]!.modelId, 'my-reranker');
});
