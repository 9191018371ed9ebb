import type { TokenCounter } from '../embedding.ts';

const words =
  'the a node pod volume claim refund policy invoice account service request returns within days must be when is not configured restarted upgraded approved by an administrator before after every cluster customer region quota limit token certificate expires'.split(
    ' ',
  );

export interface SyntheticChunksOptions {
  count: number;
  /** About as many, and never more. */
  tokens: number;
  counter: TokenCounter;
}

/** Texts that are no prose, but cost as much; the same ones at every call. */
export function syntheticChunks({ count, tokens, counter }: SyntheticChunksOptions): string[] {
  const next = lcg(1);
  return Array.from({ length: count }, () => {
    let text = '';
    while (true) {
      const sentence = sentenceOf(next, 8 + (next() % 12));
      if (counter.count(text) + counter.count(sentence) > tokens - 2) return text;
      text += `${sentence} `;
    }
  });
}

export function syntheticQueries(count: number): string[] {
  const next = lcg(2);
  return Array.from({ length: count }, () => `how ${sentenceOf(next, 5 + (next() % 6))}`.replace('.', '?'));
}

function sentenceOf(next: () => number, length: number): string {
  return `${Array.from({ length }, () => words[next() % words.length]).join(' ')}.`;
}

/** Numerical Recipes' linear congruential generator; its high bits. */
function lcg(state: number): () => number {
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}
