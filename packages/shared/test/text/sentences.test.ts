import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sentenceSpans } from '../../text/sentences.ts';

const sentences = (text: string) => sentenceSpans(text).map(({ start, end }) => text.slice(start, end));

test('sentences end at full stops and at new lines', () => {
  assert.deepEqual(sentences('One is here. Two is there!\nA heading\n\nThree?'), [
    'One is here.',
    'Two is there!',
    'A heading',
    'Three?',
  ]);
});

test('an abbreviation ends no sentence', () => {
  assert.deepEqual(sentences('Use a port, e.g. 8080, for it. See Fig. 3 too.'), [
    'Use a port, e.g. 8080, for it.',
    'See Fig. 3 too.',
  ]);
});

test('a text that ends in an abbreviation is not lost', () => {
  assert.deepEqual(sentences('Ports, hosts, etc.'), ['Ports, hosts, etc.']);
});

test('all but white space is in exactly one sentence, in order', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', '.', '\n', 'é', '😀', 'e.g. ', 'No. ', '?') }),
      (text) => {
        const joined = sentences(text).join('');
        assert.equal(joined.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''));
        const spans = sentenceSpans(text);
        for (const [i, span] of spans.entries()) assert.ok(span.start >= (spans[i - 1]?.end ?? 0));
      },
    ),
  );
});
