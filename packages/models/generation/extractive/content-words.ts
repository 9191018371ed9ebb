import { isStopWord } from '@freshet/shared/text/stop-words';
import { words } from '@freshet/shared/text/words';
import { stemmer } from 'stemmer';

/** Stems of words that were met before; none for a stop word. A language has few words, and texts repeat them. */
const stems = new Map<string, string | undefined>();
const MAX_KEPT_WORDS = 20_000;

/** What is longer is hardly a word, and would hold memory for nothing. */
const MAX_KEPT_CHARACTERS = 32;

/** The stems of a text's content words (Porter, 1980); identifiers and numbers stay as they are. */
export function contentWords(text: string): Set<string> {
  const found = new Set<string>();
  for (const word of words(text)) {
    const stem = word.length > MAX_KEPT_CHARACTERS ? stemOf(word) : keptStemOf(word);
    if (stem !== undefined) found.add(stem);
  }
  return found;
}

function keptStemOf(word: string): string | undefined {
  const kept = stems.get(word);
  if (kept !== undefined || stems.has(word)) return kept;
  const stem = stemOf(word);
  if (stems.size === MAX_KEPT_WORDS) stems.clear();
  stems.set(word, stem);
  return stem;
}

function stemOf(word: string): string | undefined {
  if (isStopWord(word)) return undefined;
  return /^\p{L}+$/u.test(word) ? stemmer(word) : word;
}
