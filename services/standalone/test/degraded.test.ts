import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChatResponse } from '@freshet/shared/contracts';
import { type FakeOpenAiOptions, startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { question, startFleet } from './fleet.ts';

const key = { documentId: 'key', content: 'Rotate the signing key with the rotate command. Then restart.' };
const fox = { documentId: 'fox', content: 'Rotate the fox in the signing room.' };
const JSON_ONLY = { accept: 'application/json' };
const history = {
  messages: [
    { role: 'user', content: 'How do I rotate the signing key?' },
    { role: 'assistant', content: 'With the rotate command [1].' },
    { role: 'user', content: 'And on Windows?' },
  ],
};

async function open(
  t: TestContext,
  env: (url: string) => Record<string, string>,
  options?: FakeOpenAiOptions,
) {
  const fake = await startFakeOpenAi(options);
  t.after(() => fake.close());
  const fleet = await startFleet(t, { env: env(fake.url) });
  await fleet.write(key, fox);
  return { fake, fleet };
}

const reranker = (url: string) => ({ RERANK_PROVIDER: 'http', RERANK_MODEL: 'm', RERANK_URL: url });

test('a reranker that does not answer in time leaves an answer that says so, once as events and once as JSON', async (t) => {
  const { fake, fleet } = await open(t, (url) => ({ ...reranker(url), RERANK_BUDGET_MS: '20' }));
  fake.failNext({ type: 'silent' }, { type: 'silent' });
  const stream = await (await fleet.ask(question('How do I rotate the signing key?'))).text();
  const events = stream
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as { type: string; degraded?: string[] });
  for (const type of ['retrieval.completed', 'answer.completed']) {
    assert.deepEqual(events.find((event) => event.type === type)?.degraded, ['rerank'], type);
  }
  const response = await fleet.ask(question('How do I rotate the signing key?'), JSON_ONLY);
  const answer = (await response.json()) as ChatResponse;
  assert.deepEqual(answer.degraded, ['rerank']);
  assert.equal(answer.passages[0]!.documentId, 'key');
  const warnings = fleet.logged.filter((line) => line.includes('optional step failed'));
  assert.equal(warnings.length, 1, 'the second failure is no change');
  const metrics = await (await fetch(`${fleet.standalone.urls.retriever}/metrics`)).text();
  assert.match(metrics, /freshet_retrieve_degraded_total\{[^}]*step="rerank"[^}]*\} [2-9]/); // a search while writing may have been late, too
});

test('a reranker that answers is seen in scores, and in nothing degraded', async (t) => {
  const { fleet } = await open(t, (url) => ({ ...reranker(url), RERANK_BUDGET_MS: '10000' }));
  const response = await fleet.ask(question('rotate the signing key'), JSON_ONLY);
  const { passages, degraded } = (await response.json()) as ChatResponse;
  assert.ok(passages.every(({ rerankScore }) => rerankScore !== undefined));
  assert.equal(degraded, undefined);
});

const condenser = (url: string) => ({
  CONDENSE_PROVIDER: 'openai',
  CONDENSE_MODEL: 'm',
  CONDENSE_URL: url,
  CONDENSE_BUDGET_MS: '10000',
});

test('a model condenses a follow-up, and the answer names what was searched', async (t) => {
  const { fake, fleet } = await open(t, condenser, {
    answer: () => ' How is the signing key rotated on Windows?\n',
  });
  const answer = (await (await fleet.ask(history, JSON_ONLY)).json()) as ChatResponse;
  assert.equal(answer.query, 'How is the signing key rotated on Windows?');
  assert.equal(answer.degraded, undefined);
  assert.equal(fake.log.counts.requests, 1);
  await fleet.ask(question('A first question asks no model.'), JSON_ONLY);
  assert.equal(fake.log.counts.requests, 1);
});

test('when the model fails, or writes nothing of use, rules condense', async (t) => {
  const { fake, fleet } = await open(t, condenser, { answer: () => '' });
  fake.failNext({ type: 'refused', status: 400 });
  for (const _ of ['refused', 'empty']) {
    const answer = (await (await fleet.ask(history, JSON_ONLY)).json()) as ChatResponse;
    assert.equal(answer.query, 'And on Windows? rotate signing key');
    assert.deepEqual(answer.degraded, ['condense']);
  }
});
