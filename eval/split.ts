import { createHash } from 'node:crypto';
import type { Question } from './beir.ts';

export const HALVES = ['dev', 'test', 'all'] as const;
export type Half = (typeof HALVES)[number];

type Identity = Pick<Question, 'id' | 'text'>;

/** The half of a question, by a hash of its id and text: it stays there whatever else the set holds. */
export function halfOf({ id, text }: Identity): 'dev' | 'test' {
  const [first = 0] = createHash('sha256').update(`${id}\n${text}`).digest();
  return first % 2 === 0 ? 'dev' : 'test';
}

/** Settings are chosen on `dev`; what is published is measured on `test`. */
export function takeHalf<T extends Identity>(questions: readonly T[], half: Half): T[] {
  return questions.filter((question) => half === 'all' || halfOf(question) === half);
}
