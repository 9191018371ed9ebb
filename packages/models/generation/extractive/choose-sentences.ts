import type { Passage } from '@freshet/shared/contracts';
import { inverseFrequencies } from '@freshet/shared/text/inverse-frequencies';
import { detectQuestionLanguage } from '@freshet/shared/text/language';
import { contentWords } from './content-words.ts';
import { askedFor } from './expected-answer.ts';
import { type Sentence, toSentences } from './sentences.ts';

const MAX_SENTENCES = 3;
/** A further sentence must come this close to the best one. */
const CLOSE_TO_BEST = 0.7;
/** What a match in the title or the headings counts, beside one in the sentence itself. */
const CONTEXT_WEIGHT = 0.5;
/** What a match in the sentence before counts: `it` and `they` point there. */
const BEFORE_WEIGHT = 0.3;
/** A row or a fragment beside a sentence that covers as much. */
const FRAGMENT_SHARE = 0.8;
/** A sentence that holds what is asked for: a number, a date, a name. */
const EXPECTED_SHARE = 1.25;
/** Below this share of the question's weight, the best sentence is no answer. */
const MIN_COVERAGE = 0.15;
/** Cosine similarity (bge-small) of a passage that answers in other words than the question's. */
const SAME_MEANING = 0.74;

interface Candidate extends Sentence {
  score: number;
  coverage: number;
}

/**
 * The sentences of the passages that answer a question best, the newest document first: of two documents that
 * disagree, it is the one to believe. None when none covers enough of the question.
 */
export function chooseSentences(question: string, passages: readonly Passage[]): Sentence[] {
  const candidates = rank(question, passages);
  const [best] = candidates;
  const changedAt = new Map(passages.map((passage) => [passage.ref, Date.parse(passage.changedAt)]));
  const age = ({ ref }: Sentence) => changedAt.get(ref) ?? 0;
  const isSameMeaning = (passages[0]?.vectorScore ?? 0) >= SAME_MEANING;
  if (!best || (best.coverage < MIN_COVERAGE && !isSameMeaning)) return [];
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    if (chosen.length === MAX_SENTENCES || candidate.score < CLOSE_TO_BEST * best.score) break;
    // After a sentence that answers, rows and fragments follow only for what is newer, and may say otherwise.
    if (best.isProse && !candidate.isProse && age(candidate) <= age(best)) continue;
    if (!chosen.some((other) => saysTheSame(other, candidate))) chosen.push(candidate);
  }
  return chosen.sort((a, b) => age(b) - age(a) || a.ref - b.ref || a.position - b.position);
}

/** Candidates, best first: the share of the question's weight that a sentence covers, times its passage's rank. */
function rank(question: string, passages: readonly Passage[]): Candidate[] {
  const language = detectQuestionLanguage(question);
  const { about, isHeldBy } = askedFor(question);
  const asked = contentWords(about, language);
  const read = passages.map((passage) => ({
    passage,
    context: contentWords([passage.title ?? '', ...passage.headingPath].join(' '), language),
    sentences: toSentences(passage, language),
  }));
  const weights = inverseFrequencies(
    asked,
    read.flatMap(({ sentences }) => sentences.map(({ words }) => words)),
  );
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return read
    .flatMap(({ passage, context, sentences }) =>
      sentences.map((sentence, i) => {
        const before = sentences[i - 1]?.words;
        let covered = 0;
        for (const [word, weight] of weights) {
          if (sentence.words.has(word)) covered += weight;
          else if (context.has(word)) covered += CONTEXT_WEIGHT * weight;
          else if (before?.has(word)) covered += BEFORE_WEIGHT * weight;
        }
        const coverage = total === 0 ? 0 : covered / total;
        const form =
          (sentence.isProse ? 1 : FRAGMENT_SHARE) * (isHeldBy?.(sentence.text) ? EXPECTED_SHARE : 1);
        return { ...sentence, coverage, score: (coverage + 0.1) * (0.4 + passage.score) * form };
      }),
    )
    .filter(({ words, text }) => words.size > 1 && !isOnlyAsked(text))
    .sort((a, b) => b.score - a.score || a.ref - b.ref || a.position - b.position);
}

/** A question among the passages, as in lists of frequent ones, is no answer; what follows it is. */
function isOnlyAsked(text: string): boolean {
  return /[?？]["'”’)*_]*$/.test(text);
}

function saysTheSame(a: Sentence, b: Sentence): boolean {
  const shared = [...a.words].filter((word) => b.words.has(word)).length;
  return shared / Math.min(a.words.size, b.words.size) > 0.8;
}
