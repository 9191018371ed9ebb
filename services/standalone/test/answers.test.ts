import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createOpenAiGenerator } from '@freshet/models/generation/openai';
import { singleRoute } from '@freshet/models/routing/route-table';
import type { ChatResponse } from '@freshet/shared/contracts';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { question, startFleet } from './fleet.ts';

const ASKED = question('How long does a refund take?');
const REFUNDS = { documentId: 'refunds', content: 'Refunds take ten days.' };
const JSON_ONLY = { accept: 'application/json' };

/** A fleet whose model says what it is told to say of a prompt. */
async function start(t: TestContext, say: (prompt: string) => string, env: Record<string, string> = {}) {
  const fake = await startFakeOpenAi({ maxTokens: 8000, answer: say });
  t.after(() => fake.close());
  const generator = createOpenAiGenerator({ baseUrl: fake.url, model: 'm' });
  t.after(() => generator.close());
  const fleet = await startFleet(t, { routes: singleRoute(generator), env });
  await fleet.write(REFUNDS);
  return fleet;
}

test('an answer is stripped of what no passage supports, and says so', async (t) => {
  const said = 'Refunds take ten days. [1] They cost 99 euros. [1]';
  const fleet = await start(t, () => said, { CITATION_POLICY: 'strip' });
  const answer = (await (await fleet.ask(ASKED, JSON_ONLY)).json()) as ChatResponse;
  assert.equal(answer.answer.trim(), 'Refunds take ten days. [1]');
  assert.equal(answer.strippedSentences, 1);
  assert.match(answer.promptHash!, /^[0-9a-f]{12}$/);
  const [{ support }] = answer.citations as [ChatResponse['citations'][number]];
  assert.equal(REFUNDS.content.slice(support!.span.start, support!.span.end), REFUNDS.content);
});

test('a refusal in the words of a model is an abstention', async (t) => {
  const fleet = await start(t, () => 'The passages do not contain this information.');
  const answer = (await (await fleet.ask(ASKED, JSON_ONLY)).json()) as ChatResponse;
  assert.deepEqual([answer.finishReason, answer.citations], ['abstained', []]);
});

test('a judge has the last word on what the rules are not sure of', async (t) => {
  const say = (prompt: string) =>
    prompt.includes('You judge whether') ? 'Supported' : 'You get your money back after ten days. [1]';
  const fleet = await start(t, say, { JUDGE_ROUTE: 'default' });
  const answer = (await (await fleet.ask(ASKED, JSON_ONLY)).json()) as ChatResponse;
  assert.deepEqual(
    answer.citations.map(({ verdict, judge }) => [verdict, judge]),
    [['supported', 'm']],
  );
});

test('a judge that is not there, or that text would wait for, is refused at the start', async (t) => {
  await assert.rejects(
    start(t, () => '', { JUDGE_ROUTE: 'nobody' }),
    { code: 'FRESHET_CONFIG_INVALID' },
  );
  const waiting = { JUDGE_ROUTE: 'default', CITATION_POLICY: 'strip' };
  await assert.rejects(
    start(t, () => '', waiting),
    { code: 'FRESHET_CONFIG_INVALID' },
  );
});

test('a question that fits into no prompt is refused, not cut', async (t) => {
  const fleet = await start(t, () => 'never said', { ABSTAIN_BELOW: '0' });
  const response = await fleet.ask(question('빨리 '.repeat(2000)), JSON_ONLY);
  assert.equal(response.status, 400);
  assert.equal(((await response.json()) as { code: string }).code, 'FRESHET_QUESTION_TOO_LONG');
});
