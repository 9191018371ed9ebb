import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { buildPrompt } from '../../generation/prompt.ts';
import { passage, question } from './fixture.ts';

test('the passages stand numbered before the question', () => {
  const { messages } = buildPrompt(question.messages, [
    passage(3, 'Refunds take ten days.', { title: 'Refunds', headingPath: ['Payments', 'The "quick" way'] }),
  ]);
  assert.deepEqual(messages, [
    {
      role: 'user',
      content:
        '<passages>\n<passage ref="3" title="Refunds > Payments > The \'quick\' way" changed="2026-11-01">\nRefunds take ten days.\n</passage>\n</passages>\n\nHow long does a refund take?',
    },
  ]);
});

test('no text of a document closes its fence or opens another', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<', '</', 'passage', 'passages>', ' ', 'PASSAGE', 'a', '>', '"'), {
        maxLength: 12,
      }),
      fc.boolean(),
      (pieces, isTitle) => {
        const text = pieces.join('');
        const [{ content }] = buildPrompt(question.messages, [
          isTitle ? passage(1, 'a', { title: text }) : passage(1, text),
        ]).messages as [Message];
        assert.equal(content.match(/<\s*passage/gi)?.length, 2);
        assert.equal(content.match(/<\s*\/\s*passage/gi)?.length, 2);
      },
    ),
  );
});

test('whatever the conversation, turns alternate from the user to the user, and nothing said in it is lost', () => {
  const message = fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const),
    content: fc.stringMatching(/^[a-z]{1,8}$/),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (said) => {
      const conversation: Message[] = [...said, { role: 'user', content: 'the question' }];
      const { messages } = buildPrompt(conversation, [passage(1, 'a')]);
      assert.deepEqual(
        messages.map(({ role }) => role),
        messages.map((_, i) => (i % 2 === 0 ? 'user' : 'assistant')),
      );
      assert.equal(messages.at(-1)?.role, 'user');
      const all = messages.map(({ content }) => content).join('\n');
      const first = conversation.findIndex(({ role }) => role === 'user');
      for (const { content } of conversation.slice(first)) assert.ok(all.includes(content));
    }),
  );
});

test('a conversation without a question is refused', () => {
  assert.throws(() => buildPrompt([{ role: 'assistant', content: 'Hello' }], []), {
    code: 'FRESHET_REQUEST_INVALID',
  });
});
