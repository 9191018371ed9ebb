import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { Registry } from '@freshet/shared/metrics';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { Type } from 'typebox';
import { generatorModelConfig } from '../open-generator.ts';
import { openGenerationRoutes } from '../open-routes.ts';
import { createRouter } from '../routing/router.ts';
import { ANSWER } from './generation/fixture.ts';
import { ask, outcomes } from './routing/fixture.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const fast = { provider: 'openai', url: 'http://127.0.0.1:9/v1', model: 'm' };

/** The routes of a file that says this. */
async function open(t: TestContext, file: unknown, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-routes-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'routes.json');
  await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file));
  const all = { ROUTES_FILE: path, ...env };
  const config = loadConfig(Type.Object(generatorModelConfig), all);
  const table = await openGenerationRoutes(config, logger, all);
  t.after(() => table.close());
  return { table, router: createRouter(table, { registry: new Registry(), logger }) };
}

test('without a file the variables make the one route, which answers and fails as the model does', async (t) => {
  const fake = await startFakeOpenAi({ maxTokens: 8000 });
  t.after(() => fake.close());
  const config = loadConfig(Type.Object(generatorModelConfig), {
    GENERATION_PROVIDER: 'openai',
    GENERATION_URL: fake.url,
    GENERATION_MODEL: 'a-model',
    MODEL_MAX_ATTEMPTS: '1',
  });
  const table = await openGenerationRoutes(config, logger);
  t.after(() => table.close());
  const router = createRouter(table, { registry: new Registry(), logger });
  const routed = await ask(router);
  assert.equal(routed.text, ANSWER);
  assert.deepEqual(outcomes(routed), ['default completed']);
  for (let i = 0; i < 30; i++) {
    fake.failNext({ type: 'refused', status: 500 });
    assert.equal((await ask(router)).error?.code, 'FRESHET_MODEL_UNAVAILABLE');
  }
  assert.deepEqual(outcomes(await ask(router)), ['default completed'], 'no circuit breaker');
});

test('without any setting the passages answer, for nothing', async (t) => {
  const table = await openGenerationRoutes(loadConfig(Type.Object(generatorModelConfig), {}), logger);
  t.after(() => table.close());
  const { finished } = await ask(createRouter(table, { registry: new Registry(), logger }));
  const usage = { inputTokens: 0, outputTokens: 0 };
  assert.deepEqual(finished?.attempts, [
    { route: 'default', model: 'extractive', outcome: 'completed', usage, costUsd: 0 },
  ]);
  assert.ok(!('degraded' in finished!));
});

test('a file names servers, keys and prices; limits that it leaves out are those of the variables', async (t) => {
  const fake = await startFakeOpenAi({ maxTokens: 8000, apiKey: 'a-secret' });
  t.after(() => fake.close());
  const route = { ...fast, url: fake.url, apiKey: { env: 'VLLM_KEY' } };
  const file = {
    default: 'main',
    routes: { fast: { ...route, maxTokens: 3 }, best: { ...route, model: 'priced', temperature: 0.3 } },
    aliases: { main: 'fast' },
  };
  const { router } = await open(t, file, {
    VLLM_KEY: 'a-secret',
    GENERATION_MAX_TOKENS: '6',
    MODEL_PRICES: '{"priced":{"inputPerMTok":0,"outputPerMTok":1000000}}',
  });
  assert.equal((await ask(router)).text, 'Refunds take ten');
  const best = await ask(router, { route: 'best' });
  assert.equal(best.finished?.usage.outputTokens, 6);
  assert.equal(best.finished?.costUsd, 6);
  assert.equal((fake.log.requests[1]!.body as { temperature: number }).temperature, 0.3);
});

test('a model of your own on Bedrock is named by its ARN, whose region is the one that is asked', async (t) => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const fake = await startFakeBedrock();
  t.after(() => fake.close());
  const models = [
    'arn:aws:bedrock:eu-west-1:111122223333:imported-model/abcdefghijkl',
    'arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/abcdefghijkl',
    'arn:aws:bedrock:eu-west-1:111122223333:custom-model-deployment/abcdefghijkl',
    'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghijkl',
  ];
  const routes = Object.fromEntries(
    models.map((model, i) => [`tuned-${i}`, { provider: 'bedrock', model, endpoint: fake.url }]),
  );
  const { router } = await open(t, { default: 'tuned-0', routes });
  for (const [i, model] of models.entries()) {
    const routed = await ask(router, { route: `tuned-${i}` });
    assert.equal(routed.text, ANSWER);
    assert.equal(routed.finished?.model, model);
    assert.equal(fake.log.requests[i]!.modelId, model);
  }
});

test('a conversation stays on its side of a canary, and so does a user where the alias says so', async (t) => {
  const fake = await startFakeOpenAi({ maxTokens: 8000 });
  t.after(() => fake.close());
  const route = { ...fast, url: fake.url };
  const sides = [
    { route: 'old', weight: 50 },
    { route: 'new', weight: 50 },
  ];
  const { router } = await open(t, {
    default: 'byConversation',
    routes: { old: route, new: route },
    aliases: { byConversation: { routes: sides }, byUser: { routes: sides, stickyBy: 'user' } },
  });
  const sideOf = async (options: Parameters<typeof ask>[1]) => (await ask(router, options)).finished!.route;
  const begin = (i: number) => [{ role: 'user' as const, content: `How long does refund ${i} take?` }];
  const goOn = (i: number) => [
    ...begin(i),
    { role: 'assistant' as const, content: 'Ten days.' },
    { role: 'user' as const, content: 'And a return?' },
  ];
  const seen = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const side = await sideOf({ messages: begin(i) });
    seen.add(side);
    assert.equal(await sideOf({ messages: goOn(i) }), side);
  }
  assert.equal(seen.size, 2);
  const ofAna = await sideOf({ route: 'byUser', user: 'user:ana', messages: begin(0) });
  for (let i = 1; i < 8; i++) {
    assert.equal(await sideOf({ route: 'byUser', user: 'user:ana', messages: begin(i) }), ofAna);
  }
});

const base = { default: 'fast', routes: { fast } };
const withFast = (rest: object) => ({ default: 'fast', routes: { fast: { ...fast, ...rest } } });
const wrong: [string, unknown, RegExp][] = [
  ['no JSON', '{"default":', /ROUTES_FILE \S+routes\.json: .*JSON/],
  ['a list', [], /\/ must be object/],
  ['no default', { routes: { fast } }, /\/ must have required properties: ?.*default|default/],
  ['an unknown field', { ...base, route: {} }, /route\b/],
  [
    'a provider that is none',
    withFast({ provider: 'magic' }),
    /\/routes\/fast\/provider must be extractive, bedrock, openai/,
  ],
  ['a route that is null', { ...base, routes: { fast: null } }, /\/routes\/fast\/provider must be/],
  [
    'a provider named like a method',
    withFast({ provider: 'constructor' }),
    /\/routes\/fast\/provider must be/,
  ],
  ['a URL that is none', withFast({ url: 'vllm:8000' }), /\/routes\/fast\/url must match/],
  ['a secret in the file', withFast({ apiKey: 'sk-1' }), /\/routes\/fast\/apiKey must be object/],
  [
    'a key that is not set',
    withFast({ apiKey: { env: 'NOT_SET' } }),
    /\/routes\/fast\/apiKey\/env names NOT_SET, which is not set/,
  ],
  ['a misspelt limit', withFast({ maxToken: 5 }), /\/routes\/fast .*maxToken/],
  [
    'a fallback that is not there',
    withFast({ fallback: ['best', 'extractive'] }),
    /\/routes\/fast\/fallback\/0 names best, which is no route/,
  ],
  [
    'an overflow without a limit',
    withFast({ overflow: 'extractive' }),
    /\/routes\/fast\/overflow has no use without maxStreams/,
  ],
  [
    'a budget without a price',
    withFast({ budgetUsdPerDay: 5 }),
    /\/routes\/fast\/budgetUsdPerDay needs a price/,
  ],
  [
    'a default that is not there',
    { ...base, default: 'slow' },
    /\/default names slow, which is no route or alias/,
  ],
  [
    'an alias of an alias',
    { ...base, aliases: { a: 'fast', b: 'a' } },
    /\/aliases\/b names a, which is no route/,
  ],
  [
    'an alias named like a route',
    { ...base, aliases: { fast: 'fast' } },
    /\/aliases\/fast is the name of a route too/,
  ],
  [
    'weights of nothing',
    { ...base, aliases: { a: { routes: [{ route: 'fast', weight: 0 }] } } },
    /must have a weight above 0/,
  ],
  ['a name with a space', { default: 'fast', routes: { 'a b': fast } }, /a b/],
  [
    'the name of the built-in route',
    { default: 'fast', routes: { fast, extractive: fast } },
    /\/routes\/extractive is the name of the route that is built in/,
  ],
  ['a tenant in upper case', { ...base, tenants: { ACME: {} } }, /ACME/],
  [
    'a region that nobody names',
    { default: 'b', routes: { b: { provider: 'bedrock', model: 'm' } } },
    /\/routes\/b\/region is missing, and so is AWS_REGION/,
  ],
];

for (const [what, file, message] of wrong) {
  test(`a file with ${what} is refused by its path`, async (t) => {
    await assert.rejects(open(t, file), { code: 'FRESHET_CONFIG_INVALID', message });
  });
}

test('all that is wrong is named at once, and a secret never is', async (t) => {
  const file = withFast({ url: 'sk-secret', maxTokens: 0, apiKey: 'sk-secret' });
  await assert.rejects(open(t, file), (error: Error) => {
    for (const field of ['url', 'maxTokens', 'apiKey'])
      assert.match(error.message, new RegExp(`/routes/fast/${field}`));
    assert.doesNotMatch(error.message, /sk-secret/);
    return true;
  });
});

test('a file that is not there, and variables that have no use beside one, are refused by name', async (t) => {
  await assert.rejects(open(t, base, { ROUTES_FILE: '/nowhere/routes.json' }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /ROUTES_FILE \/nowhere\/routes\.json: ENOENT/,
  });
  await assert.rejects(open(t, base, { GENERATION_PROVIDER: 'openai', GENERATION_MODEL: 'm' }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: 'ROUTES_FILE has no use for GENERATION_PROVIDER, GENERATION_MODEL.',
  });
});

test('a route whose prompt is not there is refused, naming those that are', async (t) => {
  const routes = { fast: { ...fast, prompt: 'brief' } };
  await assert.rejects(open(t, { default: 'fast', routes }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /\/routes\/fast\/prompt .*"brief".*default, judge/,
  });
});

test('a route to a local model that is not there is refused at the start, and budgets need a price', async (t) => {
  const own = { provider: 'local', model: '/no/model.gguf' };
  const code = 'FRESHET_CONFIG_INVALID';
  await assert.rejects(open(t, { default: 'own', routes: { fast, own } }), { code, message: /no such file/ });
  const spending = { default: 'own', routes: { own: { ...own, budgetUsdPerDay: 1 } } };
  await assert.rejects(open(t, spending), { code, message: /budgetUsdPerDay needs a price/ });
});
