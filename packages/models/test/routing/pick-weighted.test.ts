import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pickWeighted } from '../../routing/pick-weighted.ts';

const keys = Array.from({ length: 5_000 }, (_, i) => `conversation ${i}`);
const canary = (weight: number) => [
  { route: 'old', weight: 100 - weight },
  { route: 'new', weight },
];
const onNew = (weight: number, name = 'canary') =>
  keys.filter((key) => pickWeighted(name, canary(weight), key) === 'new');

test('keys spread by the weights, and each stays where it is', () => {
  const chosen = onNew(10);
  assert.ok(Math.abs(chosen.length / keys.length - 0.1) < 0.02, `${chosen.length} of ${keys.length}`);
  assert.deepEqual(onNew(10), chosen);
});

test('a canary that grows keeps those whom it had', () => {
  const grown = new Set(onNew(30));
  assert.ok(onNew(10).every((key) => grown.has(key)));
});

test('two canaries do not choose the same keys', () => {
  const other = new Set(onNew(10, 'another'));
  const both = onNew(10).filter((key) => other.has(key));
  assert.ok(both.length / keys.length < 0.03, `${both.length}`);
});

test('a weight of 0 is never chosen', () => {
  const weights = fc
    .array(fc.constantFrom(0, 0.1, 1, 7), { minLength: 1, maxLength: 6 })
    .filter((list) => list.some((weight) => weight > 0));
  fc.assert(
    fc.property(weights, fc.string(), (list, key) => {
      const entries = list.map((weight, i) => ({ route: `route-${i}`, weight }));
      const chosen = pickWeighted('canary', entries, key);
      assert.ok(entries.find(({ route }) => route === chosen)!.weight > 0);
    }),
  );
});
