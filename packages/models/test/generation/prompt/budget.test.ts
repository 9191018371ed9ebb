import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { buildPrompt } from '../../../generation/prompt.ts';
import { passage, question } from '../fixture.ts';

const countTokens = (text: string) => text.length;
const messages: Message[] = [{ role: 'user', content: 'How long?' }];

test('the best passages come first into the budget, whole, in the order of their refs; the others are named', () => {
  const passages = [
    passage(1, 'a'.repeat(300), { score: 0.2 }),
    passage(2, 'b'.repeat(500), { score: 0.9 }),
    passage(3, 'c'.repeat(900), { score: 0.8 }),
    passage(4, 'd'.repeat(100), { score: 0.1 }),
  ];
  const built = buildPrompt(messages, passages, { contextTokens: 1000, countTokens });
  assert.deepEqual(built.omittedRefs, [3, 4]);
  const { content } = built.messages.at(-1)!;
  assert.ok(content.indexOf('a'.repeat(300)) < content.indexOf('b'.repeat(500)));
  assert.doesNotMatch(content, /ccc|ddd/);
});

test('whatever the budget, each passage stands whole in the prompt or is named as omitted', () => {
  const lengths = fc.array(
    fc.record({ length: fc.nat(400), score: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(lengths, fc.integer({ min: 10, max: 2000 }), (all, contextTokens) => {
      const passages = all.map(({ length, score }, i) =>
        passage(i + 1, `<${i}>${'x'.repeat(length)}<${i}>`, { score }),
      );
      try {
        const { omittedRefs, messages: asked } = buildPrompt(messages, passages, {
          contextTokens,
          countTokens,
        });
        const { content } = asked.at(-1)!;
        for (const { ref, text } of passages)
          assert.equal(content.includes(text), !omittedRefs.includes(ref));
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'FRESHET_CONTEXT_TOO_LONG');
      }
    }),
  );
});

test('of the history the oldest goes first, each message whole', () => {
  const history: Message[] = [
    { role: 'user', content: 'first '.repeat(10) },
    { role: 'assistant', content: 'second' },
    { role: 'user', content: 'third' },
    { role: 'assistant', content: 'fourth' },
  ];
  const built = buildPrompt([...history, ...messages], question.passages, { historyTokens: 20, countTokens });
  assert.equal(built.omittedMessages, 1);
  // What is left of a turn without its question is no conversation that a model takes.
  assert.deepEqual(built.messages.map(({ content }) => content).slice(0, -1), ['third', 'fourth']);
});

test('a question that is too long is refused, never cut', () => {
  const long: Message[] = [{ role: 'user', content: 'why '.repeat(2000) }];
  assert.throws(() => buildPrompt(long, question.passages, { contextTokens: 1000 }), {
    code: 'FRESHET_QUESTION_TOO_LONG',
  });
});

test('when not one passage fits, the prompt is refused rather than asked without them', () => {
  assert.throws(() => buildPrompt(messages, [passage(1, 'long '.repeat(1000))], { contextTokens: 100 }), {
    code: 'FRESHET_CONTEXT_TOO_LONG',
  });
});
