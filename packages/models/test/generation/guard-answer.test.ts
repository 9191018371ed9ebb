import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { guardAnswer } from '../../generation/guard-answer.ts';
import type { ModelPart } from '../../generation/model-generator.ts';

const END: ModelPart = { type: 'finished', finishReason: 'stop' };

async function guarded(texts: readonly string[], end: ModelPart = END) {
  async function* model() {
    for (const text of texts) yield { type: 'delta' as const, text };
    yield end;
  }
  const parts: ModelPart[] = [];
  for await (const part of guardAnswer(model())) parts.push(part);
  const deltas = parts.flatMap((part) => (part.type === 'delta' ? [part.text] : []));
  return { parts, deltas, text: deltas.join('') };
}

for (const texts of [[], [''], [' ', '\n', '\t '], ['\ud83d']]) {
  test(`a model that says ${JSON.stringify(texts)} has said nothing`, async () => {
    await assert.rejects(guarded(texts), { code: 'FRESHET_MODEL_EMPTY' });
  });
}

test('an answer that a filter took away is blocked, not empty', async () => {
  const blocked: ModelPart = { type: 'finished', finishReason: 'blocked' };
  assert.deepEqual((await guarded([], blocked)).parts, [blocked]);
});

test('white space before the first word comes with it', async () => {
  assert.deepEqual((await guarded([' ', '\n', 'Ten', ' days'])).deltas, [' \nTen', ' days']);
});

test('however an answer is cut, its characters come whole and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== ''),
      fc.array(fc.nat({ max: 120 }), { maxLength: 20 }),
      async (text, places) => {
        const cuts = [...new Set([0, ...places.filter((at) => at < text.length), text.length])].sort(
          (a, b) => a - b,
        );
        const pieces = cuts.slice(1).map((to, i) => text.slice(cuts[i], to));
        const { deltas, text: whole } = await guarded(pieces);
        assert.equal(whole, text.toWellFormed());
        for (const delta of deltas) assert.ok(delta.isWellFormed(), JSON.stringify(delta));
      },
    ),
  );
});

test('half a character that stays alone becomes a replacement character', async () => {
  assert.equal((await guarded(['Ten \ud83d', 'days', '\ude00', ' \ud83d'])).text, 'Ten �days� �');
});

test('a model that repeats itself without end is ended, whatever it repeats', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.lorem({ maxCount: 40 }),
      fc.lorem({ maxCount: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (begin, loop, size) => {
        let written = 0;
        async function* endless() {
          const text = `${begin} ${`${loop} `.repeat(10_000)}`;
          for (let at = 0; at < text.length; at += size) {
            written = at;
            yield { type: 'delta' as const, text: text.slice(at, at + size) };
          }
        }
        const parts: ModelPart[] = [];
        for await (const part of guardAnswer(endless())) parts.push(part);
        assert.deepEqual(parts.at(-1), { type: 'finished', finishReason: 'length' });
        assert.ok(written < begin.length + 2_600, `${written} characters of ${begin.length}`);
      },
    ),
    { numRuns: 50 },
  );
});

test('what people write is no loop: lists, tables, a refrain', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `| ${i} | ${i * 7} days | [${(i % 8) + 1}] |\n`);
  const steps = Array.from({ length: 60 }, (_, i) => `${i + 1}. Open the page and press the button. [1]\n`);
  const refrain = [...'ab'].map(() => 'Refunds take ten days. [1] '.repeat(5)).join('And so on. ');
  for (const pieces of [rows, steps, [refrain], ['| --- '.repeat(20)]]) {
    const { parts } = await guarded(pieces);
    assert.deepEqual(parts.at(-1), END, `${pieces[0]}`);
  }
});
