import { isStopWord } from '@freshet/shared/text/stop-words';
import { words } from '@freshet/shared/text/words';
import { condense, leaningOf } from './follow-up.ts';

/** Searches of one question. */
export const MAX_SEARCHES = 3;

const INTERROGATIVE =
  'what|how|why|when|where|which|who|whose|(?:is|are|can|could|do|does|did|should|will) (?:a|an|the|i|we|you|it|they|there|my|our|this|that)';
const JOINT = new RegExp(String.raw`[,;]?\s+(?:and|or|but)\s+(?:also\s+)?(?=(?:${INTERROGATIVE})\b)`, 'i');
const ASKS = new RegExp(String.raw`\b(?:${INTERROGATIVE})\b`, 'i');

/** A part of fewer content words asks for nothing by itself, unless it refers to another part. */
const MIN_CONTENT_WORDS = 3;

/**
 * What to search for: a question alone, or, where it asks several things, the whole and each of them, three at most.
 * A part that refers to another ("… and what does it cost?") is completed from the first.
 */
export function split(question: string): string[] {
  const parts = question
    .split(/(?<=\?)\s+/)
    .flatMap((sentence) => sentence.split(JOINT))
    .map((part) => part.trim())
    .filter((part) => ASKS.test(part) && (contentWords(part) >= MIN_CONTENT_WORDS || leaningOf(part)));
  const [first] = parts;
  if (first === undefined || parts.length < 2) return [question];
  const searches = parts
    .slice(0, MAX_SEARCHES)
    .map((part, i) => (i === 0 ? part : condense(part, [{ role: 'user', content: first }])));
  const distinct = [...new Set([question, ...searches])];
  return distinct.length > MAX_SEARCHES ? distinct.slice(1) : distinct;
}

function contentWords(text: string): number {
  return words(text).filter((word) => !isStopWord(word)).length;
}
