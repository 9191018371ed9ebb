import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stemmer as english } from 'stemmer';
import { fold } from './fold.ts';

/** Porter for English, Snowball for the others; see docs/adr/0016-words-are-analysed-here.md. */
const STEMMERS = { en: english, de: german, fr: french, es: spanish };

export type StemmedLanguage = keyof typeof STEMMERS;

export const STEMMED_LANGUAGES = Object.keys(STEMMERS) as StemmedLanguage[];

/** Stems of words that were met before. A language has few words, and texts repeat them. */
const kept = new Map(STEMMED_LANGUAGES.map((language) => [language, new Map<string, string>()]));
const MAX_KEPT_WORDS = 20_000;
/** What is longer is hardly a word, and would hold memory for nothing. */
const MAX_KEPT_CHARACTERS = 32;

/** The language of a BCP 47 tag, where its words are stemmed. */
export function stemmedLanguage(tag: string): StemmedLanguage | undefined {
  const primary = tag.split('-', 1)[0] as StemmedLanguage;
  return STEMMED_LANGUAGES.includes(primary) ? primary : undefined;
}

/**
 * The folded stem of a lower-case word. Accents tell endings apart in French and Spanish, so that folding comes last.
 * Words with anything but letters, and words of a language without a stemmer (`undefined`), are folded alone.
 */
export function stem(word: string, language: StemmedLanguage | undefined): string {
  if (language === undefined || word.length > MAX_KEPT_CHARACTERS) return fold(word);
  const stems = kept.get(language) as Map<string, string>;
  const known = stems.get(word);
  if (known !== undefined) return known;
  const found = /^\p{L}+$/u.test(word) ? fold(STEMMERS[language](word)) : fold(word);
  if (stems.size === MAX_KEPT_WORDS) stems.clear();
  stems.set(word, found);
  return found;
}
