import { fold } from '@freshet/shared/text/fold';

/** Words of a question that are looked up at once; the rest of a pasted page is left as it is. */
const MAX_WORDS = 24;
const MIN_LETTERS = 4;
const MAX_LETTERS = 40;

/** Whether a folded word is one that may be misspelt: neither a number, nor an identifier, nor CJK. */
export function isSpelling(word: string): boolean {
  if (word.length < MIN_LETTERS || word.length > MAX_LETTERS) return false;
  return /^\p{L}+$/u.test(word) && !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(word);
}

/** The words that are to be looked up, by their folded spelling. */
export function spellings(words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const word of words) {
    const folded = fold(word);
    if (found.size < MAX_WORDS && isSpelling(folded)) found.set(word, folded);
  }
  return found;
}

/** How many mistakes a word may have: 1, or 2 in 8 letters and more. */
export function allowedDistance(word: string): number {
  return word.length >= 8 ? 2 : 1;
}

/**
 * Optimal string alignment: insertions, deletions, substitutions and transpositions of neighbours, no substring of
 * which is edited twice (Damerau 1964). `Infinity` beyond `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    if (Math.min(...row) > limit) return Number.POSITIVE_INFINITY;
    [beforeLast, last] = [last, row];
  }
  const distance = at(last, b.length);
  return distance > limit ? Number.POSITIVE_INFINITY : distance;
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}

export interface Candidate {
  word: string;
  distance: number;
  frequency: number;
}

/**
 * Of words with their frequency those that a word may be a misspelling of, the nearest and then the most frequent
 * first, at most so many.
 */
export function nearest(word: string, candidates: ReadonlyMap<string, number>, most: number): Candidate[] {
  const limit = allowedDistance(word);
  const found: Candidate[] = [];
  for (const [candidate, frequency] of candidates) {
    const distance = editDistance(word, candidate, limit);
    if (distance > 0 && distance <= limit) found.push({ word: candidate, distance, frequency });
  }
  return found.sort(byDistance).slice(0, most);
}

export function byDistance(a: Candidate, b: Candidate): number {
  return a.distance - b.distance || b.frequency - a.frequency || (a.word < b.word ? -1 : 1);
}
