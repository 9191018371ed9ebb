import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareAnswers } from '../../answers/compare-answers.ts';
import { answerComparisonToMarkdown } from '../../answers/comparison-markdown.ts';
import type { AnswerResult } from '../../answers/result.ts';
import { answered, refused, reportOf } from './results.ts';

const ids = Array.from({ length: 30 }, (_, i) => `q${i}`);
const runOf = (route: string, text: string, further: Partial<AnswerResult> = {}) =>
  reportOf(
    ids.map((id) => answered(id, text, further)),
    route,
  );

test('the route that answers better gets the alias, whichever comes first', () => {
  const [plain, tuned] = [runOf('plain', 'no'), runOf('tuned', 'yes')];
  for (const comparison of [compareAnswers(plain, tuned), compareAnswers(tuned, plain)]) {
    assert.equal(comparison.decision.better, 'tuned');
    assert.ok(comparison.decision.p < 0.05);
    assert.match(answerComparisonToMarkdown(comparison), /`"aliases": \{ "…": "tuned" \}`/);
  }
  assert.equal(compareAnswers(plain, tuned).metrics.f1?.won.length, 30);
});

test('without a difference that the questions show, the alias stays', () => {
  const one = reportOf([answered('q1', 'no')], 'plain');
  const comparison = compareAnswers(one, reportOf([answered('q1', 'yes')], 'tuned'));
  assert.equal(comparison.decision.better, undefined);
  assert.match(answerComparisonToMarkdown(comparison), /leave the alias where it is/);
});

test('what the better route is worse by is said beside it', () => {
  const dear = runOf('dear', 'yes', { costUsd: 0.01 });
  const { decision } = compareAnswers(runOf('cheap', 'no'), dear);
  assert.deepEqual([decision.better, decision.worseBy], ['dear', ['usdPerAnswer']]);
  assert.equal(compareAnswers(runOf('cheap', 'no'), dear, { by: 'usdPerAnswer' }).decision.better, 'cheap');
});

test('dollars of a small model are not rounded away', () => {
  const [cheap, dear] = [
    runOf('cheap', 'yes', { costUsd: 0.000012 }),
    runOf('dear', 'yes', { costUsd: 0.000024 }),
  ];
  const { metrics, decision } = compareAnswers(dear, cheap, { by: 'usdPerAnswer' });
  assert.deepEqual([metrics.usdPerAnswer?.difference, decision.better], [-0.000012, 'cheap']);
});

test('a metric is compared over the questions to which both runs give it', () => {
  const a = reportOf([answered('q1', 'yes'), refused('q2', { isAnswerable: true }), answered('q3', 'yes')]);
  const b = reportOf([answered('q2', 'yes'), answered('q1', 'yes'), answered('q4', 'yes')]);
  const { questions, leftOut, metrics } = compareAnswers(a, b);
  assert.deepEqual([questions, leftOut], [2, 2]);
  assert.equal(metrics.f1?.questions, 2);
  assert.equal(metrics.citationRecall?.questions, 1);
  assert.deepEqual(metrics.refusedAnswerable?.won, ['q2'], 'fewer refusals are better');
});

test('runs of different sets, without a common question or the metric, are refused', () => {
  const run = reportOf([answered('q1', 'yes')]);
  const invalid = { code: 'FRESHET_REQUEST_INVALID' };
  assert.throws(() => compareAnswers(run, reportOf([answered('q1', 'yes')], 'fast', 'another')), invalid);
  assert.throws(() => compareAnswers(run, reportOf([answered('q2', 'yes')])), invalid);
  assert.throws(() => compareAnswers(run, run, { by: 'refusedUnanswerable' }), invalid);
});
