import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ndcgAt, percentile, recallAt } from '../metrics.ts';

const qrels = new Map([
  [
    'q1',
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  ],
  ['q2', new Map([['c', 1]])],
]);

test('recall is the mean share of the relevant documents among the first k', () => {
  const run = new Map([['q1', ['a', 'x', 'b']]]);
  assert.equal(recallAt(1, run, qrels), 0.25, 'half of q1, nothing of q2');
  assert.equal(recallAt(3, run, qrels), 0.5);
});

test('nDCG is 1 for the best order and falls with the rank', () => {
  assert.equal(
    ndcgAt(
      10,
      new Map([
        ['q1', ['a', 'b']],
        ['q2', ['c']],
      ]),
      qrels,
    ),
    1,
  );
  const second = ndcgAt(10, new Map([['q2', ['x', 'c']]]), new Map([['q2', new Map([['c', 1]])]]));
  assert.ok(Math.abs(second - 1 / Math.log2(3)) < 1e-12);
});

test('a percentile is a value that was seen', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(percentile(values, 0.5), 50);
  assert.equal(percentile(values, 0.95), 95);
  assert.equal(percentile([7], 0.95), 7);
});
