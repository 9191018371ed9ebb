import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_SEARCHES, split } from '../../question/split.ts';

test('a question that asks one thing is searched for as it is', () => {
  for (const question of [
    'What is the difference between a mutating and a validating webhook?',
    'How do I back up and restore the hub?',
    'max columns per sensor table',
    'I have read the page on backups. How do I verify one?',
    'Do I have to do it one by one, or is there a better way?',
  ]) {
    assert.deepEqual(split(question), [question]);
  }
});

test('a question that asks two things is searched for as a whole and in its parts', () => {
  const question = 'How do I install the agent on Linux and what does the Ketch plan cost?';
  assert.deepEqual(split(question), [
    question,
    'How do I install the agent on Linux',
    'what does the Ketch plan cost?',
  ]);
});

test('a part that refers to another is completed from it', () => {
  const [, , second] = split('What is role-based access control and how does it work?');
  assert.equal(second, 'how does it work? role-based access control');
});

test('no question is searched for more often than that, or with an empty text', () => {
  const pieces = fc.constantFrom(
    'how do I install agents',
    'and what costs Ketch',
    '? ',
    'why',
    ' or is it',
    '\n',
    '🙂',
  );
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 40 }), (parts) => {
      const searches = split(parts.join(' '));
      assert.ok(searches.length >= 1 && searches.length <= MAX_SEARCHES);
      assert.ok(searches.every((text) => text !== ''));
    }),
  );
});
