import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CurrentChunk } from '../../realtime-check.ts';
import { RESCORE_FEATURES, rescoreFeatures } from '../../rescore/features.ts';
import { createRescore, RESCORED_CHUNKS } from '../../rescore/rescore.ts';

function chunk(
  text: string,
  { id = text, title = '', score = 0.5, lexicalScore = 1, vectorScore = 0.5 } = {},
) {
  return {
    hit: { documentKey: id, ordinal: 0, version: 1, score },
    score,
    lexicalScore,
    vectorScore,
    chunk: {
      manifest: { documentId: id, title } as CurrentChunk['chunk']['manifest'],
      headingPath: [],
      text,
      span: { start: 0, end: text.length },
    },
  } satisfies CurrentChunk;
}

const ids = (chunks: readonly CurrentChunk[]) => chunks.map(({ hit }) => hit.documentKey);

test('of chunks that were found alike, the one that says the words together comes first', () => {
  const apart = `Keys are kept in a safe. ${'Nothing else is said about it here. '.repeat(8)} Rotation of staff is yearly.`;
  const together = 'The rotation of signing keys is done every quarter.';
  const rescored = createRescore()('How often is the rotation of signing keys?', [
    chunk(apart),
    chunk(together),
  ]);
  assert.deepEqual(ids(rescored), [together, apart]);
});

test('a title that names what is asked counts', () => {
  const question = 'annual leave policy';
  const [titled, other] = [chunk('Ask your lead.', { title: 'Annual leave policy' }), chunk('Ask the desk.')];
  assert.deepEqual(ids(createRescore()(question, [other, titled])), ids([titled, other]));
});

test('what stands behind those that are read keeps its place and no higher score', () => {
  const chunks = Array.from({ length: RESCORED_CHUNKS + 5 }, (_, i) => chunk(`text ${i}`, { score: 0.9 }));
  const rescored = createRescore()('nothing of it', chunks);
  assert.deepEqual(ids(rescored.slice(RESCORED_CHUNKS)), ids(chunks.slice(RESCORED_CHUNKS)));
  const scores = rescored.map(({ score }) => score);
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  );
});

test('every feature and every score is between 0 and 1, and no chunk is lost, whatever is asked', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 80 });
  const score = fc.option(fc.double({ min: -1, max: 50, noNaN: true }), { nil: undefined });
  const found = fc.array(fc.tuple(text, text, score, score), { maxLength: 6 }).map((all) =>
    all.map(([body, title, lexicalScore, vectorScore], i) => {
      const { lexicalScore: _l, vectorScore: _v, ...bare } = chunk(body, { id: `${i}`, title });
      return {
        ...bare,
        ...(lexicalScore === undefined ? {} : { lexicalScore: Math.abs(lexicalScore) }),
        ...(vectorScore === undefined ? {} : { vectorScore }),
      };
    }),
  );
  fc.assert(
    fc.property(text, found, (question, chunks) => {
      for (const features of rescoreFeatures(question, chunks)) {
        for (const name of RESCORE_FEATURES) {
          assert.ok(features[name] >= 0 && features[name] <= 1, `${name} ${features[name]}`);
        }
      }
      const rescored = createRescore()(question, chunks);
      assert.deepEqual(ids(rescored).toSorted(), ids(chunks).toSorted());
      for (const one of rescored) assert.ok(one.score >= 0 && one.score <= 1);
    }),
  );
});
