import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { auroc } from '../auroc.ts';

const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });

test('the area is the share of pairs whose positive scores higher, ties counting half', () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
      const share = pairs.reduce((sum: number, won) => sum + won, 0) / pairs.length;
      assert.ok(Math.abs(auroc(positives, negatives)! - share) < 1e-12);
    }),
  );
});

test('the area of both sides changed over is what is left to 1', () => {
  fc.assert(
    fc.property(scores, scores, (a, b) => {
      assert.ok(Math.abs(auroc(a, b)! + auroc(b, a)! - 1) < 1e-12);
    }),
  );
});

test('separated scores have area 1, equal ones one half, a missing side none', () => {
  assert.equal(auroc([3, 4], [1, 2]), 1);
  assert.equal(auroc([5, 5], [5]), 0.5);
  assert.equal(auroc([], [1]), undefined);
  assert.equal(auroc([1], []), undefined);
});
