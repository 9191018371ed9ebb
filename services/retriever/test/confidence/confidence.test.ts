import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Passage } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { createConfidence } from '../../confidence/confidence.ts';

const confidenceOf = createConfidence('bge-small-en-v1.5-int8/any');

function passage(text: string, scores: Partial<Passage> = {}): Passage {
  return {
    ref: 1,
    source: 'docs',
    documentId: 'a',
    version: 1,
    headingPath: [],
    text,
    span: { start: 0, end: text.length },
    score: 0.9,
    lexicalScore: 12,
    vectorScore: 0.82,
    changedAt: '2026-01-01T00:00:00Z',
    ...scores,
  };
}

const text =
  'The retention period of audit logs is 400 days. In 2024 the Berlin office moved the archive to cold storage. Backups are encrypted at rest.';

test('there is more confidence in an answer than in the lack of one', () => {
  const answered = confidenceOf('How long is the retention period of audit logs?', [passage(text)]);
  const onTheSide = confidenceOf('How long is the retention period of invoices in Spain?', [passage(text)]);
  const contrary = confidenceOf('Why are backups not encrypted at rest?', [passage(text)]);
  const elsewhere = confidenceOf('Which bird lays the largest egg?', [
    passage(text, { score: 0.5, lexicalScore: 1, vectorScore: 0.45 }),
  ]);
  assert.ok(answered > onTheSide, `${answered} > ${onTheSide}`);
  assert.ok(answered > contrary, `${answered} > ${contrary}`);
  assert.ok(elsewhere < 0.05, `${elsewhere}`);
});

test('similarities of another embedding model do not count', () => {
  const byWords = createConfidence('bedrock/some-model/1024d');
  const question = 'How long is the retention period of audit logs?';
  const [near, far] = [0.9, 0.2].map((vectorScore) => byWords(question, [passage(text, { vectorScore })]));
  assert.equal(near, far);
  assert.ok(near! > byWords('Which bird lays the largest egg?', [passage(text)]));
});

test('no passages, and a question without a word to go by, give none', () => {
  assert.equal(confidenceOf('How long are logs kept?', []), 0);
  assert.equal(confidenceOf('?!', [passage(text)]), 0);
  assert.equal(confidenceOf('How is it?', [passage(text)]), 0);
});

test('it is a probability, whatever question and passages hold', () => {
  const anything = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(anything, fc.array(anything, { maxLength: 7 }), (question, texts) => {
      const confidence = confidenceOf(
        question,
        texts.map((one) => passage(one, { vectorScore: undefined } as never)),
      );
      assert.ok(confidence >= 0 && confidence <= 1, `${confidence}`);
    }),
  );
});
