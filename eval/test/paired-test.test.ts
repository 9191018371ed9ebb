import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@freshet/testkit/seeded-random';
import fc from 'fast-check';
import { randomizationTest } from '../paired-test.ts';

/** By every one of the 2^n assignments of signs. */
function exactP(differences: readonly number[]): number {
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  const assignments = 2 ** differences.length;
  let asLarge = 0;
  for (let signs = 0; signs < assignments; signs += 1) {
    const sum = differences.reduce((total, d, i) => total + (signs & (1 << i) ? d : -d), 0);
    if (Math.abs(sum) >= observed - 1e-9) asLarge += 1;
  }
  return asLarge / assignments;
}

const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });

test('p is near the share of all assignments of signs that give a difference as large', () => {
  fc.assert(
    fc.property(differences, (values) => {
      assert.ok(Math.abs(randomizationTest(values, { rounds: 4_000 }) - exactP(values)) < 0.05);
    }),
    { numRuns: 50 },
  );
});

test('p does not depend on which run comes first, nor on questions that tie', () => {
  fc.assert(
    fc.property(differences, (values) => {
      const p = randomizationTest(values, { rounds: 500 });
      assert.equal(
        randomizationTest(
          values.map((value) => -value),
          { rounds: 500 },
        ),
        p,
      );
      assert.equal(randomizationTest([0, ...values, 0], { rounds: 500 }), p);
    }),
    { numRuns: 50 },
  );
});

test('runs that do not differ have p 1, and no p is 0', () => {
  assert.equal(randomizationTest([]), 1);
  assert.equal(randomizationTest([0, 0]), 1);
  assert.equal(randomizationTest(Array(50).fill(1), { rounds: 999 }), 0.001);
});

test('of runs that differ by chance alone, about 5 in 100 have p up to .05', () => {
  const random = seededRandom(3);
  let rejected = 0;
  for (let i = 0; i < 400; i += 1) {
    const values = Array.from({ length: 30 }, () => random() - 0.5);
    if (randomizationTest(values, { seed: i, rounds: 300 }) <= 0.05) rejected += 1;
  }
  assert.ok(rejected / 400 > 0.02 && rejected / 400 < 0.08, `${rejected / 400}`);
});
