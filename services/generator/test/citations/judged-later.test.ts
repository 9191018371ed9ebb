import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoutedPart } from '@freshet/models/routing/attempt';
import type { CitationChecked } from '@freshet/shared/contracts';
import { type CitationJudge, createModelJudge, type Judgement } from '../../citations/judge.ts';
import { createJudgedLater } from '../../citations/judged-later.ts';

const signal = new AbortController().signal;
const partly: CitationChecked = {
  type: 'citation.checked',
  sentence: 'Refunds take a while.',
  refs: [1],
  verdict: 'partly',
  score: 0.6,
};

function judgedBy(judge: CitationJudge['judge'], timeoutMs = 60_000) {
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  return {
    failures,
    judged: createJudgedLater({ judge: { judge }, passages: [], signal, timeoutMs, onFailure }),
  };
}

test('the verdict of the judge takes the place of that of the rules, and says whose it is', async () => {
  const { judged } = judgedBy(async () => ({ verdict: 'supported', model: 'a-judge' }));
  judged.add(partly);
  await judged.ready();
  assert.deepEqual(judged.take(), [{ ...partly, verdict: 'supported', judge: 'a-judge' }]);
  assert.equal(judged.hasMore(), false);
});

test('a judge that fails or says nothing leaves the verdict of the rules', async () => {
  const failing = judgedBy(async () => {
    throw new Error('down');
  });
  failing.judged.add(partly);
  await failing.judged.ready();
  assert.deepEqual(failing.judged.take(), [partly]);
  assert.equal(failing.failures.length, 1);

  const silent = judgedBy(async () => undefined);
  silent.judged.add(partly);
  await silent.judged.ready();
  assert.deepEqual(silent.judged.take(), [partly]);
});

test('sentences that the rules are sure of are not judged', () => {
  const { judged } = judgedBy(async () => assert.fail('asked'));
  const sure: CitationChecked[] = [
    { ...partly, verdict: 'supported', score: 1 },
    { ...partly, verdict: 'unsupported', unknownRefs: [99] },
  ];
  for (const checked of sure) judged.add(checked);
  assert.deepEqual(judged.take(), sure);
});

test('those that a judge is slow with do not hold up the others', async () => {
  const slow = Promise.withResolvers<Judgement>();
  const { judged } = judgedBy(async (sentence) =>
    sentence === 'slow' ? slow.promise : { verdict: 'supported', model: 'a-judge' },
  );
  judged.add({ ...partly, sentence: 'slow' });
  judged.add({ ...partly, sentence: 'quick' });
  await judged.ready();
  assert.deepEqual(
    judged.take().map(({ sentence }) => sentence),
    ['quick'],
  );
  assert.ok(judged.hasMore());
  slow.resolve({ verdict: 'unsupported', model: 'a-judge' });
  await judged.ready();
  assert.deepEqual(
    judged.take().map(({ sentence }) => sentence),
    ['slow'],
  );
});

test('the first word of a model is its verdict', async () => {
  const say = (text: string) =>
    createModelJudge({
      router: {
        async *generate(): AsyncGenerator<RoutedPart> {
          yield { type: 'delta', text };
          const usage = { inputTokens: 1, outputTokens: 1 };
          yield { type: 'finished', finishReason: 'stop', usage, route: 'r', model: 'm', attempts: [] };
        },
      },
      route: 'r',
      tenant: 't',
    }).judge('A sentence.', [], signal);
  assert.deepEqual(await say('**Unsupported**, as it is 31 days'), { verdict: 'unsupported', model: 'm' });
  assert.deepEqual(await say('partly'), { verdict: 'partly', model: 'm' });
  assert.equal(await say('I think that it is supported.'), undefined);
});
