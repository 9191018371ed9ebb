import { isStopWord, words } from '@freshet/shared/text/words';
import { stemmer } from 'stemmer';

/** The stems of a text's content words (Porter, 1980); identifiers and numbers stay as they are. */
export function contentWords(text: string): Set<string> {
  return new Set(
    words(text)
      .filter((word) => !isStopWord(word))
      .map((word) => (/^\p{L}+$/u.test(word) ? stemmer(word) : word)),
  );
}
