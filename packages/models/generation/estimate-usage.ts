import type { Usage } from '@freshet/shared/contracts';
import type { GenerateOptions } from '../generation.ts';

/** English text, and about what tokenizers of language models make of others. */
const CHARACTERS_A_TOKEN = 4;
/** What is said around a passage: its fence, number and date. */
const FENCE_TOKENS = 25;
/** The rules that every prompt begins with. */
const RULES_TOKENS = 300;

/**
 * What a call used whose provider did not say, because it was given up or broke off: about four characters a token. It
 * is billed all the same, so an estimate is nearer to the truth than nothing.
 */
export function estimateUsage(
  { messages, passages }: Pick<GenerateOptions, 'messages' | 'passages'>,
  writtenCharacters: number,
): Usage {
  let characters = 0;
  for (const { content } of messages) characters += content.length;
  for (const { text, title = '', headingPath } of passages) {
    characters += text.length + title.length + headingPath.join('').length;
  }
  return {
    inputTokens: RULES_TOKENS + passages.length * FENCE_TOKENS + Math.ceil(characters / CHARACTERS_A_TOKEN),
    outputTokens: Math.ceil(writtenCharacters / CHARACTERS_A_TOKEN),
  };
}
