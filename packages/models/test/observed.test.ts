import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshetError } from '@freshet/shared/errors';
import { Registry } from '@freshet/shared/metrics';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createBedrockEmbedder } from '../embedding/bedrock.ts';
import { createHashedEmbedder } from '../embedding/hashed.ts';
import { createOpenAiEmbedder } from '../embedding/openai.ts';
import { createBedrockGenerator } from '../generation/bedrock.ts';
import { createOpenAiGenerator } from '../generation/openai.ts';
import type { Generator } from '../generation.ts';
import { createModelMetrics } from '../model-metrics.ts';
import { observeEmbedder } from '../observed-embedder.ts';
import { observeGenerator } from '../observed-generator.ts';
import { listen, question } from './generation/fixture.ts';

const bedrock = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
};

/** The value of a series, whatever the order of its labels. */
async function sample(registry: Registry, name: string, ...labels: string[]): Promise<number> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
  const found = lines.filter((line) => labels.every((label) => line.includes(label)));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('further tries on Bedrock count, of answers and of embeddings', async (t) => {
  const fake = await startFakeBedrock();
  const registry = new Registry();
  const metrics = createModelMetrics(registry);
  const options = { ...bedrock, endpoint: fake.url };
  const generator = observeGenerator(
    createBedrockGenerator({ ...options, model: 'eu.anthropic.claude-haiku-4-5-20251001-v1:0' }),
    metrics,
  );
  const embedder = observeEmbedder(
    createBedrockEmbedder({ ...options, model: 'amazon.titan-embed-text-v2:0' }),
    metrics,
  );
  t.after(() => Promise.all([generator.close(), embedder.close(), fake.close()]));
  fake.failNext({ type: 'refused', error: 'ThrottlingException' });
  assert.equal((await listen(generator)).finished?.finishReason, 'stop');
  fake.failNext({ type: 'refused', error: 'ThrottlingException' });
  await embedder.embedQuery('a');
  for (const operation of ['chat', 'embeddings']) {
    const labels = [`operation="${operation}"`, 'provider="aws.bedrock"'];
    assert.equal(await sample(registry, 'freshet_model_retries_total', ...labels), 1, operation);
    assert.equal(await sample(registry, 'freshet_model_call_seconds_count', ...labels), 1, operation);
  }
  fake.failNext({ type: 'refused', error: 'AccessDeniedException' });
  await assert.rejects(embedder.embedDocuments(['a']), { code: 'FRESHET_MODEL_REFUSED' });
  assert.equal(await sample(registry, 'freshet_model_errors_total', 'code="FRESHET_MODEL_REFUSED"'), 1);
});

test('further tries on a server with the API of OpenAI count too', async (t) => {
  const fake = await startFakeOpenAi();
  const registry = new Registry();
  const metrics = createModelMetrics(registry);
  const generator = observeGenerator(createOpenAiGenerator({ baseUrl: fake.url, model: 'qwen3' }), metrics);
  const embedder = observeEmbedder(
    createOpenAiEmbedder({ baseUrl: fake.url, model: 'e5', dimensions: 64 }),
    metrics,
  );
  t.after(() => Promise.all([generator.close(), embedder.close(), fake.close()]));
  const busy = { type: 'refused', status: 429, headers: { 'retry-after': '0' } } as const;
  fake.failNext(busy, busy);
  assert.equal((await listen(generator)).finished?.finishReason, 'stop');
  fake.failNext(busy);
  await embedder.embedDocuments(['a']);
  assert.equal(
    await sample(registry, 'freshet_model_retries_total', 'model="qwen3"', 'provider="openai"'),
    2,
  );
  assert.equal(await sample(registry, 'freshet_model_retries_total', 'model="e5"'), 1);
  assert.equal(await sample(registry, 'freshet_model_first_chunk_seconds_count', 'model="qwen3"'), 1);
  assert.equal(await sample(registry, 'freshet_model_errors_total'), 0);
});

test('who gives up an answer, and what asks no model, says nothing of the model', async () => {
  const registry = new Registry();
  const metrics = createModelMetrics(registry);
  const gone = new AbortController();
  const endless: Generator = {
    model: 'endless',
    async *generate({ signal }) {
      yield { type: 'delta', text: 'a' };
      signal.throwIfAborted();
    },
    close: async () => {},
  };
  const observed = observeGenerator(endless, metrics);
  await assert.rejects(async () => {
    for await (const _part of observed.generate({ ...question, signal: gone.signal })) gone.abort();
  });
  assert.equal(await sample(registry, 'freshet_model_errors_total'), 0);
  assert.equal(await sample(registry, 'freshet_model_call_seconds_count', 'provider="custom"'), 1);

  const none = { ...question, passages: [], signal: new AbortController().signal };
  for await (const _part of observed.generate(none)) break;
  await observeEmbedder(createHashedEmbedder(), metrics).embedDocuments([]);
  assert.equal(await sample(registry, 'freshet_model_call_seconds_count'), 1);
});

test('a failure counts under its code, and is thrown on', async () => {
  const registry = new Registry();
  const broken = createHashedEmbedder();
  const failure = new FreshetError('FRESHET_MODEL_TIMEOUT');
  const observed = observeEmbedder(
    { ...broken, embedQuery: () => Promise.reject(failure) },
    createModelMetrics(registry),
  );
  await assert.rejects(observed.embedQuery('a'), failure);
  assert.equal(await sample(registry, 'freshet_model_errors_total', 'code="FRESHET_MODEL_TIMEOUT"'), 1);
});
