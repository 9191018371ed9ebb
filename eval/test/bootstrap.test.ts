import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@freshet/testkit/seeded-random';
import fc from 'fast-check';
import { bootstrapMean } from '../bootstrap.ts';

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });

test('the interval is within the values, its bounds are in order, and its seed gives it again', () => {
  fc.assert(
    fc.property(shares, fc.integer(), (values, seed) => {
      const estimate = bootstrapMean(values, { seed, resamples: 100 });
      assert.ok(estimate.low <= estimate.high);
      assert.ok(estimate.low >= Math.min(...values) - 1e-12 && estimate.high <= Math.max(...values) + 1e-12);
      assert.deepEqual(bootstrapMean(values, { seed, resamples: 100 }), estimate);
    }),
  );
});

test('equal values leave no doubt', () => {
  assert.deepEqual(bootstrapMean([0.5, 0.5, 0.5]), { mean: 0.5, low: 0.5, high: 0.5 });
});

test('the interval of many coin tosses is that of the normal approximation', () => {
  const random = seededRandom(7);
  const tosses = Array.from({ length: 1_000 }, () => Number(random() < 0.8));
  const { mean, low, high } = bootstrapMean(tosses);
  const half = 1.96 * Math.sqrt((mean * (1 - mean)) / tosses.length);
  assert.ok(Math.abs(mean - half - low) < 0.004, `${low}`);
  assert.ok(Math.abs(mean + half - high) < 0.004, `${high}`);
});

test('about 95 of 100 intervals hold the true mean', () => {
  const random = seededRandom(11);
  let held = 0;
  for (let i = 0; i < 400; i += 1) {
    const values = Array.from({ length: 60 }, () => random());
    const { low, high } = bootstrapMean(values, { seed: i, resamples: 300 });
    if (low <= 0.5 && 0.5 <= high) held += 1;
  }
  assert.ok(held / 400 > 0.91 && held / 400 < 0.98, `${held / 400}`);
});
