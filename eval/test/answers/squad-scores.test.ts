import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normaliseAnswer, scoreAnswer } from '../../answers/squad-scores.ts';

test('case, ASCII punctuation, articles and white space do not count, in this order', () => {
  for (const [text, normal] of [
    ['The  Blue\n Whale.', 'blue whale'],
    ['a.m.', 'am'],
    ['"An" answer', 'answer'],
    ["the U.S.'s", 'uss'],
    ['An apple a day, the theory', 'apple day theory'],
    ['$12 (nearly)', '12 nearly'],
    ['well-known', 'wellknown'],
    ['the', ''],
    ['l’État', 'l’état'],
    ['à la carte', 'à la carte'],
    ['€5 – 10', '€5 – 10'],
    ['الجواب 😀', 'الجواب 😀'],
  ] as const) {
    assert.equal(normaliseAnswer(text), normal, text);
  }
});

test('an article is a word of its own, also beside letters that ASCII does not have', () => {
  assert.equal(normaliseAnswer('éa aé thé ana'), 'éa aé thé ana');
});

test('the best of several answers counts', () => {
  const answers = ['October 1973', 'October', '1973'];
  assert.deepEqual(scoreAnswer('in October', answers), { exactMatch: 0, f1: 2 / 3, answerContained: 1 });
  assert.deepEqual(scoreAnswer('OCTOBER, 1973', answers), { exactMatch: 1, f1: 1, answerContained: 1 });
});

test('a word counts as often as both have it', () => {
  assert.equal(scoreAnswer('ha ha ha', ['ha ha']).f1, 0.8);
  assert.equal(scoreAnswer('ha', ['ha ha ha']).f1, 0.5);
});

test('an answer is contained as whole words alone', () => {
  assert.equal(scoreAnswer('It began in 19730.', ['1973']).answerContained, 0);
  assert.equal(scoreAnswer('It began in "1973".', ['1973']).answerContained, 1);
});

test('what has no answer wants an empty one, and what has one does not', () => {
  assert.deepEqual(scoreAnswer('', []), { exactMatch: 1, f1: 1, answerContained: 0 });
  assert.deepEqual(scoreAnswer('Michelangelo', []), { exactMatch: 0, f1: 0, answerContained: 0 });
  assert.deepEqual(scoreAnswer('', ['1973']), { exactMatch: 0, f1: 0, answerContained: 0 });
  assert.equal(scoreAnswer('', ['The.', '...']).exactMatch, 1, 'answers that normalise to nothing are none');
});

test('an exact match is one by F1, a contained answer has some of it, and all is between 0 and 1', () => {
  const text = fc.array(fc.constantFrom('the', 'blue', 'whale', '1973', '!', 'é', ' '), { maxLength: 8 });
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), (given, answers) => {
      const { exactMatch, f1, answerContained } = scoreAnswer(
        given.join(' '),
        answers.map((answer) => answer.join(' ')),
      );
      assert.ok(f1 >= 0 && f1 <= 1);
      if (exactMatch === 1) assert.equal(f1, 1);
      if (answerContained === 1) assert.ok(f1 > 0);
    }),
  );
});
