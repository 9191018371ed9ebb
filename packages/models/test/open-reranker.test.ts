import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { startFakeSageMaker } from '@freshet/testkit/fake-sagemaker';
import { Type } from 'typebox';
import { condenserConfig, openCondenser } from '../open-condenser.ts';
import { openReranker, rerankerConfig } from '../open-reranker.ts';

const open = (env: Record<string, string>) => openReranker(loadConfig(Type.Object(rerankerConfig), env));
const DOWN = 'http://127.0.0.1:1';
const AWS = { AWS_REGION: 'eu-central-1' };

test('nobody reranks by default, and every server may be down while its reranker is opened', async () => {
  assert.equal(await open({}), undefined);
  for (const env of [
    { RERANK_PROVIDER: 'http', RERANK_MODEL: 'm', RERANK_URL: DOWN, RERANK_PROTOCOL: 'tei' },
    { RERANK_PROVIDER: 'bedrock', RERANK_MODEL: 'cohere.rerank-v3-5:0', BEDROCK_ENDPOINT: DOWN, ...AWS },
    { RERANK_PROVIDER: 'sagemaker', RERANK_MODEL: 'm', SAGEMAKER_ENDPOINT: DOWN, ...AWS },
  ]) {
    const reranker = await open(env);
    assert.equal(reranker?.model, env.RERANK_MODEL);
    await reranker?.close();
  }
});

test('SageMaker is reached at its endpoint, and no call is made again', async (t) => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const fake = await startFakeSageMaker();
  const env = { RERANK_PROVIDER: 'sagemaker', RERANK_MODEL: 'm', SAGEMAKER_ENDPOINT: fake.url, ...AWS };
  const reranker = await open(env);
  t.after(async () => {
    await reranker?.close();
    await fake.close();
  });
  assert.deepEqual(await reranker?.rerank('refund', ['refund', 'other']), [1, 0]);
  fake.failNext({ type: 'refused', error: 'ServiceUnavailable', status: 503 });
  await assert.rejects(reranker!.rerank('a', ['b']), { code: 'FRESHET_MODEL_UNAVAILABLE' });
  assert.equal(fake.log.counts.requests, 2);
});

test('settings that contradict each other are refused by name', async () => {
  await assert.rejects(open({ RERANK_URL: DOWN }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: 'RERANK_PROVIDER=none has no use for RERANK_URL.',
  });
  await assert.rejects(open({ RERANK_PROVIDER: 'sagemaker', RERANK_MODEL: 'm' }), {
    message: /needs AWS_REGION/,
  });
  const condenser = loadConfig(Type.Object(condenserConfig), { CONDENSE_PROVIDER: 'openai' });
  await assert.rejects(openCondenser(condenser), { message: /needs CONDENSE_URL, CONDENSE_MODEL/ });
  assert.equal(await openCondenser(loadConfig(Type.Object(condenserConfig), {})), undefined);
});
