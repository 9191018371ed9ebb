import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inverseFrequencies, inverseFrequency } from '../../text/inverse-frequencies.ts';

test('a word weighs more the fewer texts hold it, and never less than nothing', () => {
  const weights = Array.from({ length: 11 }, (_, count) => inverseFrequency(count, 10));
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => b - a),
  );
  assert.ok(weights.every((weight) => weight > 0));
});

test('each word is weighed once, by how many of the texts hold it', () => {
  const texts = [new Set(['key', 'rotation']), new Set(['key']), new Set<string>()];
  assert.deepEqual(
    [...inverseFrequencies(['key', 'rotation', 'key', 'lost'], texts)],
    [
      ['key', inverseFrequency(2, 3)],
      ['rotation', inverseFrequency(1, 3)],
      ['lost', inverseFrequency(0, 3)],
    ],
  );
});
