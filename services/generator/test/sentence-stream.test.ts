import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSentenceStream } from '../sentence-stream.ts';

function sentencesOf(text: string, cuts: readonly number[] = []): string[] {
  const borders = [0, ...new Set(cuts), text.length].sort((a, b) => a - b);
  const stream = createSentenceStream();
  const found = borders.slice(1).flatMap((end, i) => stream.push(text.slice(borders[i], end)));
  return [...found, ...stream.finish()];
}

const trimmed = (text: string) => sentencesOf(text).map((sentence) => sentence.trim());

test('a sentence ends at its mark or its line, and keeps the citations that follow it', () => {
  assert.deepEqual(
    trimmed('It is 30 days. [1] Since 4.1 it is so [2][3]! Is it? Yes [4, 5].\n- An item [5]\nLast words'),
    [
      'It is 30 days. [1]',
      'Since 4.1 it is so [2][3]!',
      'Is it?',
      'Yes [4, 5].',
      '- An item [5]',
      'Last words',
    ],
  );
});

test('abbreviations, initials and numbers of a list end no sentence', () => {
  assert.deepEqual(trimmed('See e.g. the log, or ask Dr. A. Smith. Then:\n1. Stop it.\n2. Start it.'), [
    'See e.g. the log, or ask Dr. A. Smith.',
    'Then:',
    '1. Stop it.',
    '2. Start it.',
  ]);
});

test('Chinese and Japanese sentences end without a space', () => {
  assert.deepEqual(trimmed('快照保存30天。[1]之后删除。'), ['快照保存30天。[1]', '之后删除。']);
});

test('however a text is cut, its sentences are the same and nothing of it is lost', () => {
  const piece = fc.constantFrom(
    ...['a', 'B', '1', '. ', '.', '? ', '\n', ' ', '[1]', '[', '2]', '[3, 4] ', '”', ')', '。', 'e.g. ', '…'],
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 25 }),
      fc.array(fc.nat(60), { maxLength: 30 }),
      (pieces, cuts) => {
        const text = pieces.join('');
        const within = cuts.filter((cut) => cut > 0 && cut < text.length);
        const whole = sentencesOf(text);
        assert.equal(whole.join(''), text);
        assert.deepEqual(sentencesOf(text, within), whole);
      },
    ),
    { numRuns: 1000 },
  );
});
