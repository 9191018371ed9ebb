import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSentenceStream } from '../sentence-stream.ts';

const text = 'It is 30 days. [1] Since 4.1 it is so [2][3]! Is it? Yes [4].\n- An item [5]\nLast words';
const expected = [
  'It is 30 days. [1]',
  'Since 4.1 it is so [2][3]!',
  'Is it?',
  'Yes [4].',
  '- An item [5]',
  'Last words',
];

test('sentences keep the citations that follow them, however the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 30 }), (cuts) => {
      const borders = [0, ...new Set(cuts), text.length].sort((a, b) => a - b);
      const stream = createSentenceStream();
      const found = borders.slice(1).flatMap((end, i) => stream.push(text.slice(borders[i], end)));
      assert.deepEqual([...found, ...stream.finish()], expected);
    }),
  );
});
