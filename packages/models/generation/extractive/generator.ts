import type { Generator } from '../../generation.ts';
import { abstention } from '../abstention.ts';
import { chooseSentences } from './choose-sentences.ts';

/**
 * Answers without a language model: the sentences of the passages that cover the question's words best, each with
 * its citation, the newest document first. Abstains when none covers enough.
 */
export function createExtractiveGenerator(): Generator {
  return {
    model: 'extractive',
    provider: 'local',
    async *generate({ messages, passages, signal }) {
      signal.throwIfAborted();
      const question = messages.at(-1)?.content ?? '';
      const chosen = chooseSentences(question, passages);
      const usage = { inputTokens: 0, outputTokens: 0 };
      if (chosen.length === 0) {
        yield { type: 'delta', text: abstention(question) };
        yield { type: 'finished', finishReason: 'abstained', usage, costUsd: 0 };
        return;
      }
      for (const [i, { text, ref }] of chosen.entries()) {
        signal.throwIfAborted();
        yield { type: 'delta', text: `${i === 0 ? '' : '\n'}${text} [${ref}]` };
      }
      yield { type: 'finished', finishReason: 'stop', usage, costUsd: 0 };
    },
    close: async () => {},
  };
}
