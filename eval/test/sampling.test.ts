import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Question } from '../beir.ts';
import { sampleByHash, sampleCorpus } from '../sampling.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 });

test('a sample does not depend on the order, and a larger one holds the smaller', () => {
  fc.assert(
    fc.property(ids, fc.nat(20), fc.nat(20), (items, count, more) => {
      const sample = sampleByHash(items, count, String);
      assert.equal(sample.length, Math.min(count, items.length));
      assert.deepEqual(sampleByHash(items.toReversed(), count, String), sample);
      assert.deepEqual(sampleByHash(items, count + more, String).slice(0, sample.length), sample);
    }),
  );
});

test('the corpus of a sample has all that is labelled and so many others', () => {
  const question: Question = {
    id: 'q',
    text: '?',
    labels: new Map([
      ['d1', 1],
      ['d2', 0],
    ]),
    answers: [],
  };
  const corpus = sampleCorpus([question], ['d1', 'd2', 'd3', 'd4', 'd5'], 2);
  assert.ok(corpus.has('d1') && corpus.has('d2'));
  assert.equal(corpus.size, 4);
});
