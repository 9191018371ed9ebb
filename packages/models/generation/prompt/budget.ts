import type { Message, Passage } from '@freshet/shared/contracts';

export interface Kept<T> {
  kept: T[];
  omitted: T[];
}

/**
 * The passages that fit into a budget of tokens, the best ones first, each whole or not at all; both lists are in the
 * order in which they came. One that is too long leaves its place to shorter ones after it.
 */
export function fitPassages(
  passages: readonly Passage[],
  budget: number,
  countTokens: (passage: Passage) => number,
): Kept<Passage> {
  const fitting = new Set<Passage>();
  let left = budget;
  for (const passage of passages.toSorted((a, b) => b.score - a.score)) {
    const tokens = countTokens(passage);
    if (tokens > left) continue;
    left -= tokens;
    fitting.add(passage);
  }
  return {
    kept: passages.filter((passage) => fitting.has(passage)),
    omitted: passages.filter((passage) => !fitting.has(passage)),
  };
}

/** The latest messages that fit into a budget of tokens, without a gap, each whole. */
export function fitHistory(
  messages: readonly Message[],
  budget: number,
  countTokens: (text: string) => number,
): Kept<Message> {
  let left = budget;
  let first = messages.length;
  while (first > 0) {
    left -= countTokens(messages[first - 1]!.content);
    if (left < 0) break;
    first -= 1;
  }
  return { kept: messages.slice(first), omitted: messages.slice(0, first) };
}
