import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toUnits } from '../../chunk/units.ts';
import type { Block } from '../../parse/blocks.ts';

/** As a tokenizer does that knows no word: four characters are a token. */
const count = (text: string) => Math.ceil(text.length / 4);

function unitsOf(text: string, maxTokens: number, kind: Block['kind'] = 'text') {
  const block: Block = { kind, level: 0, span: { start: 0, end: text.length } };
  return toUnits(text, [block], maxTokens, count).map(({ span, tokens }) => ({
    text: text.slice(span.start, span.end),
    tokens,
  }));
}

const texts = (text: string, maxTokens: number) => unitsOf(text, maxTokens).map((unit) => unit.text);

test('a block that fits is one unit', () => {
  assert.deepEqual(texts('One. Two.\nThree.', 10), ['One. Two.\nThree.']);
});

test('a block is cut between lines, then sentences, then words, then characters', () => {
  assert.deepEqual(texts('aaaa aaaa\nbbbb bbbb', 3), ['aaaa aaaa', 'bbbb bbbb']);
  assert.deepEqual(texts('Aaaa aaa. Bbbb bbb.', 3), ['Aaaa aaa.', 'Bbbb bbb.']);
  assert.deepEqual(texts('aaaa bbbb cccc dddd', 3), ['aaaa bbbb', 'cccc dddd']);
  assert.deepEqual(texts('abcdefghijklmnop', 2), ['abcdefgh', 'ijklmnop']);
});

test('a word of half a megabyte is cut in time', { timeout: 10_000 }, () => {
  const units = unitsOf('x'.repeat(500_000), 220);
  assert.equal(units.map(({ text }) => text).join('').length, 500_000);
  for (const { tokens } of units) assert.ok(tokens <= 220);
});

test('half a megabyte of one-word lines, or of words in one line, is cut in time', {
  timeout: 20_000,
}, () => {
  for (const text of ['ab\n'.repeat(170_000), 'ab '.repeat(170_000), 'Ab. '.repeat(125_000)]) {
    const units = unitsOf(text.trim(), 220);
    assert.ok(units.length < 3000, `${units.length}`);
  }
});

test('a surrogate pair is never split', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('🌊', 'x', '👩‍👩‍👧', '𠮷'), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, maxTokens) => {
        const text = parts.join('');
        const units = texts(text, maxTokens);
        assert.ok(units.every((unit) => unit.isWellFormed()));
        assert.equal(units.join(''), text);
      },
    ),
  );
});

test('units are within the limit, in order, and leave out nothing but spaces', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom(' ', '\n', '\n\n', '. '),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 2, max: 20 }), (pieces, maxTokens) => {
      const text = pieces.join('').toWellFormed();
      const block: Block = { kind: 'text', level: 0, span: { start: 0, end: text.length } };
      let end = 0;
      for (const { span, tokens } of toUnits(text, [block], maxTokens, count)) {
        assert.ok(tokens <= maxTokens);
        assert.ok(span.start >= end && span.end > span.start);
        assert.equal(text.slice(end, span.start).trim(), '');
        end = span.end;
      }
      assert.equal(text.slice(end).trim(), '');
    }),
  );
});
