import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { condense, leaningOf } from '../../question/follow-up.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

for (const question of [
  'And on Windows?',
  'What about the free plan?',
  'How do I back it up?',
  'Why?',
  'Which of them see invoices?',
  'What does that cost?',
  'How do I do that?',
]) {
  test(`leans on what came before: ${question}`, () => assert.ok(leaningOf(question)));
}

for (const question of [
  'Is it possible to install the agent without root?',
  'If a backup of the hub is broken, can it be repaired?',
  'Which errors are there that only show up on Windows Server?',
  'How long are snapshots of a channel kept by default?',
  'Wie lange werden Momentaufnahmen eines Kanals aufbewahrt?',
]) {
  test(`stands by itself: ${question}`, () => {
    assert.equal(leaningOf(question), undefined);
    assert.equal(condense(question, [user('How do I set up single sign-on?')]), question);
  });
}

test('a follow-up takes the content words of the question before it along', () => {
  const history = [user('How do I install the agent?'), assistant('With apt.')];
  assert.equal(condense('And without root?', history), 'And without root? install agent');
});

test('what a follow-up replaces is not taken along', () => {
  const history = [user('How do I install the agent on Linux?'), assistant('With apt.')];
  assert.equal(condense('And on Windows?', history), 'And on Windows? install agent');
});

test('a follow-up of a follow-up goes back to the topic', () => {
  const history = [
    user('How do I install the agent on Linux?'),
    assistant('With apt.'),
    user('And on Windows?'),
    assistant('With the MSI.'),
  ];
  assert.equal(condense('And without questions?', history), 'And without questions? Windows install agent');
});

test('a reference may stand for what the answer named', () => {
  const history = [user('Does it speak SAML?'), assistant('No, you need `OIDC` since 4.0 [1].')];
  assert.match(condense('How do I set it up?', history), /\bOIDC\b/);
});

test('any question and history give a question that holds the asked one', () => {
  const message = fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const),
    content: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  });
  const history = fc.array(message, { maxLength: 20 });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), history, (question, before) =>
      condense(question, before).startsWith(question),
    ),
  );
});
