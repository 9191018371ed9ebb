import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../compare.ts';
import { comparisonToMarkdown } from '../report/comparison.ts';
import { reportOf, resultAt } from './results.ts';

test('a comparison names what was won and lost, of the questions that both runs asked', () => {
  const a = reportOf([resultAt('q1', 1), resultAt('q2', 4), resultAt('q3', 2), resultAt('q4', 1)]);
  const b = reportOf([resultAt('q3', 2), resultAt('q2', 1), resultAt('q1', 3), resultAt('q5', 1)]);
  const comparison = compare(a, b);
  assert.equal(comparison.questions, 3);
  assert.equal(comparison.leftOut, 2);
  const { won, lost, difference } = comparison.metrics['recall@1'];
  assert.deepEqual([won, lost, difference], [['q2'], ['q1'], 0]);
  assert.deepEqual(comparison.metrics['recall@5'].won, []);
  assert.equal(comparison.metrics['recall@5'].p, 1);
  assert.match(comparisonToMarkdown(comparison), /\| recall@1 \| 0\.3333 \| 0\.3333 \| 0 \| 1 \| 1 \| 1 \|/);
});

test('a difference on every one of many questions is no chance', () => {
  const runAt = (rank: number) => reportOf(Array.from({ length: 40 }, (_, i) => resultAt(`q${i}`, rank)));
  const { difference, p, won } = compare(runAt(3), runAt(1)).metrics['mrr@10'];
  assert.equal(difference, 0.6667);
  assert.equal(won.length, 40);
  assert.ok(p < 0.001);
});

test('runs of different sets, or without a common question, are refused', () => {
  const run = reportOf([resultAt('q1', 1)]);
  const invalid = { code: 'FRESHET_REQUEST_INVALID' };
  assert.throws(() => compare(run, reportOf([resultAt('q1', 1)], 'another')), invalid);
  assert.throws(() => compare(run, reportOf([resultAt('q2', 1)])), invalid);
});
