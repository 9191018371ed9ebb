import { inverseFrequencies } from '@freshet/shared/text/inverse-frequencies';
import type { CurrentChunk } from '../realtime-check.ts';
import { toWords } from '../texts.ts';

export const RESCORE_FEATURES = [
  'lexical',
  'vector',
  'covered',
  'coveredAnywhere',
  'coveredByTitle',
  'coveredNearby',
  'pairs',
  'titleAsked',
] as const;

/** Each from 0 to 1. */
export type RescoreFeatures = Record<(typeof RESCORE_FEATURES)[number], number>;

/** Words that stand so near to each other are likely said of one thing. */
const WINDOW_WORDS = 25;
const WINDOW_STEP = 12;

interface ReadChunk {
  stems: string[];
  /** Every two neighbouring content words. */
  pairs: ReadonlySet<string>;
  text: ReadonlySet<string>;
  title: ReadonlySet<string>;
  headings: ReadonlySet<string>;
}

/** What tells how well each chunk answers a question, beside the others that were found for it. */
export function rescoreFeatures(query: string, chunks: readonly CurrentChunk[]): RescoreFeatures[] {
  const asked = toWords(query).filter(({ isStop }) => !isStop);
  const words = new Set(asked.map(({ stem }) => stem));
  const askedPairs = pairsOf(asked.map(({ stem }) => stem));
  const read = chunks.map(readChunk);
  const weights = inverseFrequencies(
    words,
    read.map(({ text }) => text),
  );
  const lexical = shares(
    chunks.map(({ lexicalScore }) => lexicalScore),
    0,
  );
  const vector = shares(chunks.map(({ vectorScore }) => vectorScore));
  return read.map(({ stems, pairs, text, title, headings }, i) => ({
    lexical: lexical[i] as number,
    vector: vector[i] as number,
    covered: coverage(weights, (word) => text.has(word)),
    coveredAnywhere: coverage(weights, (word) => text.has(word) || title.has(word) || headings.has(word)),
    coveredByTitle: coverage(weights, (word) => title.has(word)),
    coveredNearby: nearbyCoverage(weights, stems),
    pairs: share(askedPairs, pairs),
    titleAsked: share([...title], words),
  }));
}

function readChunk({ chunk: { manifest, headingPath, text } }: CurrentChunk): ReadChunk {
  const words = toWords(text);
  const stems = words.map(({ stem }) => stem);
  return {
    stems,
    pairs: new Set(pairsOf(words.flatMap(({ stem, isStop }) => (isStop ? [] : [stem])))),
    text: new Set(stems),
    title: stemsOf(manifest.title ?? ''),
    headings: stemsOf(headingPath.join('\n')),
  };
}

function stemsOf(text: string): ReadonlySet<string> {
  return new Set(toWords(text).map(({ stem }) => stem));
}

function pairsOf(stems: readonly string[]): string[] {
  return stems.slice(1).map((stem, i) => `${stems[i]} ${stem}`);
}

function coverage(weights: ReadonlyMap<string, number>, holds: (word: string) => boolean): number {
  let total = 0;
  let covered = 0;
  for (const [word, weight] of weights) {
    total += weight;
    if (holds(word)) covered += weight;
  }
  return total === 0 ? 0 : covered / total;
}

/** The most that any few words in a row cover. */
function nearbyCoverage(weights: ReadonlyMap<string, number>, stems: readonly string[]): number {
  let most = 0;
  for (let start = 0; start === 0 || start < stems.length - WINDOW_STEP; start += WINDOW_STEP) {
    const window = new Set(stems.slice(start, start + WINDOW_WORDS));
    most = Math.max(
      most,
      coverage(weights, (word) => window.has(word)),
    );
  }
  return most;
}

function share(wanted: readonly string[], known: ReadonlySet<string>): number {
  return wanted.length === 0 ? 0 : wanted.filter((one) => known.has(one)).length / wanted.length;
}

/** Scores between the lowest one, or what is given for it, and the highest one; 0 where there is none. */
function shares(scores: readonly (number | undefined)[], least?: number): number[] {
  const known = scores.filter((score) => score !== undefined);
  const highest = Math.max(...known);
  const lowest = least ?? Math.min(...known);
  const range = highest - lowest;
  return scores.map((score) => (score === undefined ? 0 : range <= 0 ? 1 : (score - lowest) / range));
}
