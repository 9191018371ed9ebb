import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { loadTokenCounter } from '../../../embedding/onnx/tokenizer.ts';
import { readVocabulary } from '../../../embedding/onnx/vocabulary.ts';
import { createWordPiece, type WordPiece } from '../../../embedding/onnx/wordpiece.ts';
import type { TokenCounter } from '../../../embedding.ts';
import { bgeSmallEn } from '../../../weights/bundle.ts';
import { ensureWeights } from '../../../weights/ensure.ts';

let path: string;
let ours: WordPiece;
let reference: Tokenizer;
let counter: TokenCounter;
before(async () => {
  path = (await ensureWeights(bgeSmallEn)).tokenizer;
  ours = createWordPiece(await readVocabulary(path));
  reference = new Tokenizer(JSON.parse(await readFile(path, 'utf8')), {});
  counter = await loadTokenCounter(path);
});

const referenceIds = (text: string) => reference.encode(text, { add_special_tokens: false }).ids;

// What has its own rule somewhere: case, accents, ideographs, controls, odd white space, special tokens.
const oddities = [
  ...'aBzé9.,-_$#\'"[]()/\\ \n\t\f\v\0ßİΣςﬁ漢字アไทยשلو한국٣\u0085\u00a0\u0301\u0323\u200b\u200d\u2028\u3000\ufeff\ufffd',
  ...[
    '😀',
    '\ud800',
    '\udc00',
    '[SEP]',
    '[UNK]',
    '[MASK',
    '##ing',
    'the ',
    ' tokenization',
    "don't",
    '\u{20000}',
    '\u1fef',
  ],
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...oddities), { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.lorem({ maxCount: 30 }),
);

test('tokens are those of the reference tokenizer, whatever the text', () => {
  fc.assert(
    fc.property(text, (text) => {
      assert.deepEqual(ours.encode(text), referenceIds(text));
    }),
    { numRuns: 3000 },
  );
});

test('tokens of long prose and of its source are those of the reference tokenizer', async () => {
  const source = await readFile(new URL('../../../embedding/onnx/wordpiece.ts', import.meta.url), 'utf8');
  assert.deepEqual(ours.encode(source), referenceIds(source));
});

test('a limit gives the first tokens of the whole', () => {
  fc.assert(
    fc.property(text, fc.nat(20), (text, limit) => {
      assert.deepEqual(ours.encode(text, limit), ours.encode(text).slice(0, limit));
    }),
  );
});

test('the count is the number of tokens without [CLS] and [SEP]', () => {
  assert.equal(counter.count(''), 0);
  assert.equal(counter.count('A long table.'), 4);
  fc.assert(fc.property(text, (text) => counter.count(text) === ours.encode(text).length));
});

test('counts add up over white space', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(counter.count(`${a}\n${b}`), counter.count(a) + counter.count(b));
    }),
  );
});

test('a word of over a hundred characters is one unknown token', () => {
  assert.deepEqual(ours.encode('a'.repeat(101)), [100]);
  assert.ok(ours.encode('a'.repeat(100)).length > 1);
});

test('a run without white space is read in pieces of 4,096 characters', () => {
  assert.equal(counter.count('a'.repeat(3 * 4096)), 3);
  assert.equal(counter.count('漢'.repeat(10_000)), 10_000);
});

test('another kind of tokenizer is refused', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-'));
  t.after(() => rm(folder, { recursive: true }));
  const other = join(folder, 'tokenizer.json');
  for (const content of ['{"model":{"type":"BPE","vocab":{}}}', 'null', '{']) {
    await writeFile(other, content);
    await assert.rejects(loadTokenCounter(other), { code: 'FRESHET_MODEL_UNAVAILABLE' });
  }
});
