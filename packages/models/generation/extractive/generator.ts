import type { Passage } from '@freshet/shared/contracts';
import type { Generator } from '../../generation.ts';
import { abstention } from '../abstention.ts';
import { contentWords } from './content-words.ts';
import { type Sentence, toSentences } from './sentences.ts';

const MAX_SENTENCES = 3;
/** A further sentence must come this close to the best one. */
const CLOSE_TO_BEST = 0.7;
/** What a match in the title or the headings counts, beside one in the sentence itself. */
const CONTEXT_WEIGHT = 0.5;
/** Below this share of the question's weight, the best sentence is no answer. */
const MIN_COVERAGE = 0.35;
/** Cosine similarity (bge-small) of a passage that answers in other words than the question's. */
const SAME_MEANING = 0.74;

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

interface Candidate extends Sentence {
  score: number;
  coverage: number;
}

function chooseSentences(question: string, passages: readonly Passage[]): Sentence[] {
  const candidates = rank(contentWords(question), passages);
  const [best] = candidates;
  const isSameMeaning = (passages[0]?.vectorScore ?? 0) >= SAME_MEANING;
  if (!best || (best.coverage < MIN_COVERAGE && !isSameMeaning)) return [];
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    if (chosen.length === MAX_SENTENCES || candidate.score < CLOSE_TO_BEST * best.score) break;
    if (!chosen.some((other) => saysTheSame(other, candidate))) chosen.push(candidate);
  }
  // Of two documents that disagree, the newer one is the one to believe.
  const changedAt = new Map(passages.map((passage) => [passage.ref, Date.parse(passage.changedAt)]));
  const age = ({ ref }: Sentence) => changedAt.get(ref) ?? 0;
  return chosen.sort((a, b) => age(b) - age(a) || a.ref - b.ref || a.position - b.position);
}

/** Candidates, best first: the share of the question's weight that a sentence covers, times its passage's rank. */
function rank(question: Set<string>, passages: readonly Passage[]): Candidate[] {
  const context = new Map(
    passages.map(({ ref, title = '', headingPath }) => [
      ref,
      contentWords([title, ...headingPath].join(' ')),
    ]),
  );
  const scores = new Map(passages.map(({ ref, score }) => [ref, score]));
  const sentences = passages.flatMap(toSentences);
  const weights = inverseFrequencies(question, sentences);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return sentences
    .map((sentence) => {
      let covered = 0;
      for (const [word, weight] of weights) {
        if (sentence.words.has(word)) covered += weight;
        else if (context.get(sentence.ref)?.has(word)) covered += CONTEXT_WEIGHT * weight;
      }
      const coverage = total === 0 ? 0 : covered / total;
      return { ...sentence, coverage, score: (coverage + 0.1) * (0.4 + (scores.get(sentence.ref) ?? 0)) };
    })
    .filter(({ words }) => words.size > 1)
    .sort((a, b) => b.score - a.score || a.ref - b.ref || a.position - b.position);
}

/** Rare words of the question weigh more: the robust IDF of BM25 over the sentences at hand. */
function inverseFrequencies(question: Set<string>, sentences: readonly Sentence[]): Map<string, number> {
  return new Map(
    [...question].map((word) => {
      const frequency = sentences.filter((sentence) => sentence.words.has(word)).length;
      return [word, Math.log(1 + (sentences.length - frequency + 0.5) / (frequency + 0.5))];
    }),
  );
}

function saysTheSame(a: Sentence, b: Sentence): boolean {
  const shared = [...a.words].filter((word) => b.words.has(word)).length;
  return shared / Math.min(a.words.size, b.words.size) > 0.8;
}
