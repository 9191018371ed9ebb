import type { Passage } from '@freshet/shared/contracts';
import { type ContentWord, type Sentence, sentencesOf, type Word } from '../texts.ts';

export interface ReadPassage {
  passage: Passage;
  sentences: Sentence[];
  stems: ReadonlySet<string>;
  /** Of title and headings. */
  headingStems: ReadonlySet<string>;
}

/** The sentence that an answer would rest on, and what stands around it. */
export interface BestSentence {
  rank: number;
  passage: ReadPassage;
  sentence: Sentence;
  /** Stems of the sentence and its two neighbours. */
  near: ReadonlySet<string>;
}

export type Weights = ReadonlyMap<string, number>;

export function readPassage(passage: Passage): ReadPassage {
  const sentences = sentencesOf(passage.text);
  const headings = sentencesOf([passage.title ?? '', ...passage.headingPath].join('\n'));
  return { passage, sentences, stems: union(sentences), headingStems: union(headings) };
}

function union(sentences: readonly (Sentence | undefined)[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const sentence of sentences) for (const stem of sentence?.stems ?? []) all.add(stem);
  return all;
}

/** Share of the words' weight that is among the stems, 0 to 1. */
export function coverage(words: readonly Word[], weights: Weights, stems: ReadonlySet<string>): number {
  let total = 0;
  let covered = 0;
  for (const { stem } of words) {
    const weight = weights.get(stem) ?? 0;
    total += weight;
    if (stems.has(stem)) covered += weight;
  }
  return total === 0 ? 0 : covered / total;
}

/** The sentence that covers most, where its surroundings and the rank of its passage count a little too. */
export function findBestSentence(
  content: readonly ContentWord[],
  weights: Weights,
  passages: readonly ReadPassage[],
): BestSentence | undefined {
  let best: (BestSentence & { key: number }) | undefined;
  for (const [rank, passage] of passages.entries()) {
    const { sentences } = passage;
    const base = 0.15 * passage.passage.score + 0.2 * coverage(content, weights, passage.stems);
    for (const [i, sentence] of sentences.entries()) {
      const near = union([sentences[i - 1], sentence, sentences[i + 1]]);
      const key = base + coverage(content, weights, sentence.stems) + 0.3 * coverage(content, weights, near);
      if (!best || key > best.key) best = { rank, passage, sentence, near, key };
    }
  }
  return best;
}
