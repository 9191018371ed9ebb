import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankOfAnswer } from '../passage-labels.ts';

const question = { id: 'q', text: '?', labels: new Map([['d1', 1]]), answers: ['', 'Blue  Whale'] };

test('the right passage is of a relevant document and holds the answer but for case and white space', () => {
  const passages = [
    { documentId: 'd2', text: 'the blue whale' },
    { documentId: 'd1', text: 'a whale' },
    { documentId: 'd1', text: 'the BLUE\nwhale' },
    { documentId: 'd1', text: 'blue whale' },
  ];
  assert.equal(rankOfAnswer(question, passages), 2);
  assert.equal(rankOfAnswer(question, passages.slice(0, 2)), -1);
});
