import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findViolations } from '../gate.ts';
import { reportOf, resultAt } from './results.ts';

const report = reportOf([resultAt('q1', 1), resultAt('q2', 3)]);

test('a metric may drop by its threshold and no more', () => {
  const thresholds = {
    'recall@1': { baseline: 0.53, maxDrop: 0.03 },
    'recall@5': { baseline: 0.9, maxDrop: 0 },
    'mrr@10': { baseline: 0.7, maxDrop: 0.03 },
  };
  assert.deepEqual(findViolations(thresholds, report), [{ metric: 'mrr@10', baseline: 0.7, value: 0.6667 }]);
});

test('a metric that is no longer measured is a violation', () => {
  const threshold = { baseline: 0, maxDrop: 1 };
  const thresholds = { answerableAuroc: threshold, 'passages.recall@5': threshold, 'recall@7': threshold };
  assert.deepEqual(
    findViolations(thresholds, report).map(({ metric, value }) => [metric, value]),
    Object.keys(thresholds).map((metric) => [metric, undefined]),
  );
});
