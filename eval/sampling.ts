import { createHash } from 'node:crypto';
import type { Question } from './beir.ts';

export interface SampleSize {
  questions: number;
  /** Documents beside those that are labelled for the questions. */
  distractors: number;
}

/** The `count` whose ids hash lowest: always the same ones, whatever their order. */
export function sampleByHash<T>(items: readonly T[], count: number, idOf: (item: T) => string): T[] {
  const hashOf = (item: T) =>
    createHash('sha256')
      .update(`sample\n${idOf(item)}`)
      .digest('hex');
  return items
    .map((item) => ({ item, hash: hashOf(item) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : Number(a.hash > b.hash)))
    .slice(0, count)
    .map(({ item }) => item);
}

/** Ids of the corpus that a sample of questions is asked on: all that are labelled for them, and some others. */
export function sampleCorpus(
  questions: readonly Question[],
  documentIds: readonly string[],
  distractors: number,
): Set<string> {
  const labelled = new Set(questions.flatMap(({ labels }) => [...labels.keys()]));
  const others = documentIds.filter((id) => !labelled.has(id));
  return new Set([...labelled, ...sampleByHash(others, distractors, (id) => id)]);
}
