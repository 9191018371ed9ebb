import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { Type } from 'typebox';
import { generatorModelConfig, openGenerationModel } from '../open-generator.ts';
import { ANSWER, listen } from './generation/fixture.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const open = async (env: Record<string, string>) =>
  openGenerationModel(loadConfig(Type.Object(generatorModelConfig), env), logger);

test('without a setting there is no language model, and no cost', async () => {
  const generator = await open({});
  assert.equal(generator.model, 'extractive');
  assert.equal((await listen(generator)).finished?.costUsd, 0);
});

test('Bedrock and a server of OpenAI’s API answer, at the price of the table', async (t) => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const [bedrock, openai] = [await startFakeBedrock(), await startFakeOpenAi({ maxTokens: 8000 })];
  t.after(() => Promise.all([bedrock.close(), openai.close()]));
  const common = {
    GENERATION_MODEL: 'a-model',
    GENERATION_TEMPERATURE: '0.5',
    MODEL_PRICES: '{"a-model":{"inputPerMTok":0,"outputPerMTok":1000000}}',
  };
  for (const env of [
    { GENERATION_PROVIDER: 'bedrock', AWS_REGION: 'eu-central-1', BEDROCK_ENDPOINT: bedrock.url },
    { GENERATION_PROVIDER: 'openai', GENERATION_URL: openai.url, GENERATION_API_KEY: 'k' },
  ]) {
    const generator = await open({ ...common, ...env });
    const { text, finished } = await listen(generator);
    assert.equal(text, ANSWER);
    assert.equal(generator.model, 'a-model');
    assert.equal(finished?.costUsd, finished?.usage.outputTokens);
    await generator.close();
  }
});

for (const [env, message] of [
  [{ GENERATION_MODEL: 'm' }, 'GENERATION_PROVIDER=extractive has no use for GENERATION_MODEL.'],
  [{ GENERATION_PROVIDER: 'bedrock' }, 'GENERATION_PROVIDER=bedrock needs GENERATION_MODEL, AWS_REGION.'],
  [
    { GENERATION_PROVIDER: 'openai', GENERATION_MODEL: 'm' },
    'GENERATION_PROVIDER=openai needs GENERATION_URL.',
  ],
  [{ GENERATION_PROVIDER: 'local' }, 'GENERATION_PROVIDER=local needs GENERATION_MODEL.'],
  [{ GENERATION_PROVIDER: 'local', GENERATION_MODEL: '/no/model.gguf' }, /no such file/],
  [{ MODEL_PRICES: 'free' }, 'MODEL_PRICES is not JSON.'],
  [{ FIRST_TOKEN_TIMEOUT_MS: 'soon' }, /^FIRST_TOKEN_TIMEOUT_MS must be integer/],
] as [Record<string, string>, string | RegExp][]) {
  test(`settings that contradict each other are refused by name: ${Object.keys(env).join(', ')}`, async () => {
    await assert.rejects(open(env), { code: 'FRESHET_CONFIG_INVALID', message });
  });
}
