import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hit } from '@freshet/chunk-index';
import { fuse } from '../fuse.ts';

const hit = (documentKey: string, score: number): Hit => ({ documentKey, version: 1, ordinal: 0, score });

test('what both searches find comes before what one of them finds as well', () => {
  const fused = fuse({
    lexical: [hit('both', 8), hit('words', 8)],
    vector: [hit('both', 0.9), hit('meaning', 0.9), hit('far', 0.1)],
  });
  assert.equal(fused[0]?.hit.documentKey, 'both');
  assert.equal(fused[0]?.score, 1);
  assert.deepEqual([fused[0]?.lexicalScore, fused[0]?.vectorScore], [8, 0.9]);
  assert.ok(fused.every(({ score }) => score >= 0 && score <= 1));
});

test('an empty list, equal scores and nothing at all are no special cases', () => {
  assert.deepEqual(fuse({ lexical: [], vector: [] }), []);
  assert.equal(fuse({ lexical: [hit('a', 3)], vector: [] })[0]?.hit.documentKey, 'a');
  assert.equal(fuse({ lexical: [], vector: [hit('a', 0.5), hit('b', 0.5)] }).length, 2);
});
