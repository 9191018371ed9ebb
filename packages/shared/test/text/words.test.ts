import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isStopWord } from '../../text/stop-words.ts';
import { words } from '../../text/words.ts';

test('what is written as one comes whole and then in its parts', () => {
  assert.deepEqual(words('Ticket TW-2041: kube-proxy v1.29.3'), [
    'ticket',
    'tw-2041',
    'tw',
    '2041',
    'kube-proxy',
    'kube',
    'proxy',
    'v1.29.3',
    'v1',
    '29',
    '3',
  ]);
});

test('punctuation around words, and joints that join nothing, are no part of them', () => {
  assert.deepEqual(words('(Hello), "world"... -- a- -b _c_ d..e'), [
    'hello',
    'world',
    'a',
    'b',
    'c',
    'd',
    'e',
  ]);
});

test('words of every script are words', () => {
  assert.deepEqual(words('Größe naïve Ёлка שלום 東京 हिन्दी'), [
    'größe',
    'naïve',
    'ёлка',
    'שלום',
    '東京',
    'हिन्दी',
  ]);
  assert.deepEqual(words('🌊 — … !?'), []);
});

test('every word is found again in the lower-cased text, in order, and none is empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const lower = text.toLowerCase();
      for (const word of words(text)) {
        assert.ok(word.length > 0);
        assert.ok(lower.includes(word));
      }
    }),
  );
});

test('a megabyte without a space is read at once', () => {
  assert.equal(words('a-'.repeat(500_000)).length, 500_001);
});

test('words of a question say nothing about its subject', () => {
  for (const word of ['how', 'do', 'i', 'the', 'please']) assert.ok(isStopWord(word));
  for (const word of ['pod', 'delete', '東京']) assert.ok(!isStopWord(word));
});
