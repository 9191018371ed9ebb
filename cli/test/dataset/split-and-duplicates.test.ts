import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findDuplicates } from '../../dataset/find-duplicates.ts';
import { splitByDocument } from '../../dataset/split-by-document.ts';

const examples = fc.array(
  fc.array(
    fc.nat(40).map((n) => `doc-${n}`),
    { minLength: 1, maxLength: 4 },
  ),
  { maxLength: 60 },
);

test('whatever the examples, no document is in both parts', () => {
  fc.assert(
    fc.property(examples, fc.double({ min: 0, max: 0.5, noNaN: true }), (documents, share) => {
      const { parts } = splitByDocument(documents, share);
      const of = (part: string) => new Set(documents.flatMap((keys, i) => (parts[i] === part ? keys : [])));
      assert.equal(of('train').intersection(of('validation')).size, 0);
    }),
  );
});

test('an example is in the same part wherever it stands', () => {
  fc.assert(
    fc.property(examples, (documents) => {
      const { parts, groups } = splitByDocument(documents, 0.4);
      const turned = splitByDocument(documents.toReversed(), 0.4);
      assert.deepEqual(turned, { parts: parts.toReversed(), groups });
    }),
  );
});

test('about the share is put aside when documents are many, and none without a share', () => {
  const documents = Array.from({ length: 2000 }, (_, i) => [`doc-${i}`]);
  const count = (share: number) =>
    splitByDocument(documents, share).parts.filter((part) => part === 'validation').length;
  assert.ok(Math.abs(count(0.1) - 200) < 60, String(count(0.1)));
  assert.equal(count(0), 0);
});

test('what is nearly the same as a kept text is found exactly as by comparing all pairs', () => {
  const text = fc
    .array(fc.constantFrom(...'abcd'), { minLength: 1, maxLength: 14 })
    .map((letters) => letters.join(' '));
  const setOf = (words: string[]) =>
    new Set(
      words.length <= 3 ? [words.join(' ')] : words.slice(2).map((_, i) => words.slice(i, i + 3).join(' ')),
    );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 25 }), fc.constantFrom(0.5, 0.7, 0.85), (texts, threshold) => {
      const kept: string[] = [];
      const [same, near] = [new Set<number>(), new Set<number>()];
      for (const [i, each] of texts.entries()) {
        const set = setOf(each.split(' '));
        const isNear = kept.some((other) => {
          const others = setOf(other.split(' '));
          const shared = set.intersection(others).size;
          return shared / (set.size + others.size - shared) >= threshold;
        });
        if (texts.indexOf(each) < i) same.add(i);
        else if (isNear) near.add(i);
        else kept.push(each);
      }
      assert.deepEqual(findDuplicates(texts, threshold), { same, near });
    }),
  );
});
