import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrange } from '../../passages/arrange.ts';
import { toPassage } from '../../passages/to-passage.ts';
import { chunk, cut } from './chunks.ts';

const passages = (...[chunks, options = {}]: [Parameters<typeof arrange>[0], { limit?: number }?]) =>
  arrange(chunks, { limit: 8, ...options }).map(toPassage);

test('neighbours become one passage in the order of the document, and what they repeat is there once', () => {
  const text = 'First sentence here. Second sentence there. Third one at last.';
  const [a, b, c] = cut('a', text, [20, 43, text.length], 8);
  const [passage, ...others] = passages([
    { ...b!, score: 0.9 },
    { ...a!, score: 0.5 },
    { ...c!, score: 0.4 },
  ]);
  assert.deepEqual(others, []);
  assert.equal(passage!.text, text);
  assert.deepEqual(passage!.span, { start: 0, end: text.length });
  assert.equal(passage!.score, 0.9);
});

test('the text of a passage is what its span covers, whatever is cut and found', () => {
  const scenario = fc
    .record({
      words: fc.array(fc.stringMatching(/^[a-z]{2,9}$/), { minLength: 30, maxLength: 80 }),
      overlap: fc.integer({ min: 0, max: 6 }),
      order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
    })
    .map(({ words, overlap, order }) => {
      const text = words.join(' ');
      const ends = [1, 2, 3, 4, 5, 6].map((part) => Math.floor((text.length * part) / 6));
      const chunks = cut('a', text, ends, overlap);
      return { text, found: order.map((ordinal) => chunks[ordinal]!) };
    });
  fc.assert(
    fc.property(scenario, ({ text, found }) => {
      const all = passages(found);
      for (const passage of all) {
        assert.equal(passage.text, text.slice(passage.span.start, passage.span.end));
      }
      const chunks = arrange(found, { limit: 8 }).flatMap((draft) => [...draft.chunks, ...draft.duplicates]);
      assert.equal(new Set(chunks).size, found.length, 'nothing is lost or there twice');
    }),
  );
});

test('a passage grows to three chunks and no further', () => {
  const text = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
  const chunks = cut('a', text, [80, 160, 240, 320, text.length]);
  assert.deepEqual(
    arrange(chunks, { limit: 8 }).map(({ chunks }) => chunks.map(({ hit }) => hit.ordinal)),
    [
      [0, 1, 2],
      [3, 4],
    ],
  );
});

test('a chunk between two passages makes them one, and another takes the free place', () => {
  const text = 'one two three four five six seven eight nine';
  const [a, b, c] = cut('a', text, [14, 28, text.length]);
  const other = chunk();
  assert.deepEqual(
    passages([a!, c!, b!, other], { limit: 3 }).map(({ documentId }) => documentId),
    ['a', other.chunk.manifest.documentId],
  );
});

test('chunks of different versions of a document are no neighbours', () => {
  const [a, b] = cut('a', 'some text and more', [9, 18]);
  assert.equal(passages([a!, { ...b!, hit: { ...b!.hit, version: 2 } }]).length, 2);
});

const SAME =
  'To rotate the signing key, run the rotation command on the hub and restart all agents afterwards.';

test('texts that say the same are one passage that names the others, and the newer one is shown', () => {
  const older = chunk({ document: 'old', text: SAME, changedAt: '2025-01-01T00:00:00Z' });
  const newer = chunk({ document: 'new', text: SAME.toUpperCase(), changedAt: '2026-01-01T00:00:00Z' });
  for (const order of [
    [older, newer],
    [newer, older],
  ]) {
    const [passage, ...others] = passages(order);
    assert.deepEqual(others, []);
    assert.equal(passage!.documentId, 'new');
    assert.deepEqual(passage!.duplicates, [{ source: 's', documentId: 'old' }]);
  }
});

test('texts that differ in a figure are both shown', () => {
  const text = (price: number) =>
    `The Ketch plan costs ${price} euros for each agent and month, without any setup fee.`;
  assert.equal(passages([chunk({ text: text(18) }), chunk({ text: text(21) })]).length, 2);
});

test('a third passage of a document waits while those of others are nearly as good, and no longer', () => {
  const of = (document: string, ordinal: number, score: number) =>
    chunk({ document, ordinal: 2 * ordinal, score });
  const many = [of('a', 0, 1), of('a', 1, 0.95), of('a', 2, 0.9), of('b', 0, 0.85), of('c', 0, 0.2)];
  const ids = passages(many).map(({ documentId, score }) => `${documentId} ${score}`);
  assert.deepEqual(ids, ['a 1', 'a 0.95', 'b 0.85', 'a 0.9', 'c 0.2']);
});

test('there are as many passages as asked for wherever there are candidates for them', () => {
  const pool = fc.array(
    fc.record({ document: fc.constantFrom('a', 'b', 'c'), ordinal: fc.integer({ min: 0, max: 30 }) }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(pool, fc.integer({ min: 1, max: 10 }), (sketches, limit) => {
      const distinct = new Map(sketches.map((sketch) => [`${sketch.document}${sketch.ordinal}`, sketch]));
      const chunks = [...distinct.values()].map((sketch, i) =>
        chunk({ ...sketch, text: `q${i} `.repeat(5) + i, score: 1 - i / 100 }),
      );
      const drafts = arrange(chunks, { limit });
      const held = drafts.flatMap((draft) => draft.chunks);
      assert.ok(drafts.length <= limit);
      assert.equal(new Set(held).size, held.length);
      if (drafts.length < limit) assert.equal(held.length, chunks.length);
    }),
  );
});
