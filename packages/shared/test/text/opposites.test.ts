import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasOpposite, isNegation } from '../../text/opposites.ts';
import { stem } from '../../text/stem.ts';

const stems = (...words: string[]) => new Set(words.map((word) => stem(word, 'en')));

test('antonyms exclude each other, in whatever form they stand', () => {
  assert.ok(hasOpposite(stem('increasing', 'en'), stems('decreased')));
  assert.ok(hasOpposite(stem('decrease', 'en'), stems('prices', 'increases')));
  assert.ok(!hasOpposite(stem('increase', 'en'), stems('increased')));
});

test('a negating prefix turns a word into its contrary, both ways', () => {
  assert.ok(hasOpposite(stem('unencrypted', 'en'), stems('encrypted')));
  assert.ok(hasOpposite(stem('stable', 'en'), stems('unstable')));
  assert.ok(!hasOpposite('under', stems('der')), 'what is left of a short word is no word');
});

test('negations are known in lower case, parted at the apostrophe', () => {
  for (const word of ['not', 'never', 'without', 'isn', 't']) assert.ok(isNegation(word), word);
  for (const word of ['note', 'is', '']) assert.ok(!isNegation(word), word);
});
