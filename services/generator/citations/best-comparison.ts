import { STEMMED_LANGUAGES } from '@freshet/shared/text/stem';
import { type Comparison, compare, type Weigh } from './compare.ts';
import { type Evidence, join, type Window } from './evidence.ts';
import { type Term, termsOf } from './terms.ts';

/** Sentences that are looked at closely, by the words that they have. */
const CLOSE_LOOKS = 4;
/** A sentence that says so much of it counts alone: a neighbour would only lend it numbers and names that it lacks. */
const ENOUGH_ALONE = 0.8;
/** Share of the words without numbers and names. */
const ALL_WORDS = 0.95;
const CONTRADICTIONS: ReadonlySet<string> = new Set(['number', 'name', 'negation', 'antonym']);

export interface BestComparison extends Comparison {
  evidence: Evidence;
}

/**
 * The comparison with the one or two neighbouring sentences that say most of a sentence and least against it;
 * `undefined` where none has a word of it.
 */
export function compareBest(
  text: string,
  all: readonly Evidence[],
  weigh: Weigh,
): BestComparison | undefined {
  const claims = new Map(
    STEMMED_LANGUAGES.map((language) => [language, memo(() => termsOf(text, language))] as const),
  );
  const claimIn = ({ language }: Evidence) => claims.get(language)!();
  const look = (window: Window, evidence: Evidence): BestComparison => ({
    ...compare(claimIn(evidence), window, evidence, weigh),
    evidence,
  });

  const near = nearest(all, claimIn, weigh);
  const alone = near.map(({ evidence, i }) => look(evidence.sentences[i]!, evidence));
  const rival = highest(alone.filter(isRival), ({ wordCoverage }) => wordCoverage);
  const together = near.flatMap(({ evidence, i }, n) => {
    if (rival || alone[n]!.coverage >= ENOUGH_ALONE) return [];
    const [before, sentence, after] = [-1, 0, 1].map((step) => evidence.sentences[i + step]);
    return [
      ...(before ? [look(join(before, sentence!), evidence)] : []),
      ...(after ? [look(join(sentence!, after), evidence)] : []),
    ];
  });
  const best = highest([...alone, ...together], rating);
  // Of `free plans keep logs for 7 days, paid plans for 90`, a 7 for paid plans takes the number of the other sentence.
  return best && rival && best.faults.length === 0 && best.wordCoverage < rival.wordCoverage
    ? { ...best, faults: rival.faults }
    : best;
}

/** The coverage, of which what contradicts takes three quarters, and what is not to be found a half. */
export function rating(comparison: Comparison | undefined): number {
  if (!comparison) return 0;
  const { coverage, faults } = comparison;
  if (contradicts(comparison)) return coverage / 4;
  return faults.length > 0 ? coverage / 2 : coverage;
}

export function contradicts({ faults }: Comparison): boolean {
  return faults.some((fault) => CONTRADICTIONS.has(fault));
}

/** Whether a sentence has all the words of another, but another number or name. */
function isRival({ wordCoverage, faults }: Comparison): boolean {
  return wordCoverage >= ALL_WORDS && faults.some((fault) => fault === 'number' || fault === 'name');
}

/** The sentences that have most of its words, by their weight. */
function nearest(all: readonly Evidence[], claimIn: (evidence: Evidence) => Term[], weigh: Weigh) {
  return all
    .flatMap((evidence) => {
      const content = claimIn(evidence).filter(({ kind }) => kind === 'word' || kind === 'number');
      return evidence.sentences.map(({ keys }, i) => ({
        evidence,
        i,
        weight: content.reduce((sum, { key }) => sum + (keys.has(key) ? weigh(key) : 0), 0),
      }));
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, CLOSE_LOOKS);
}

/** The first of those that rate highest. */
function highest<T>(items: readonly T[], rate: (item: T) => number): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || rate(item) > rate(best)) best = item;
  return best;
}

function memo<T>(read: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= read();
    return value;
  };
}
