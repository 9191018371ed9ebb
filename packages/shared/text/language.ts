import { franc } from 'franc-min';
import { STEMMED_LANGUAGES, type StemmedLanguage, stemmedLanguage } from './stem.ts';
import { isStopWord } from './stop-words.ts';
import { words } from './words.ts';

/** More text makes detection slower, and hardly surer. */
const MAX_CHARACTERS = 2_000;
/** Trigrams of less text tell little. */
const MIN_CHARACTERS = 100;
/** Of running text, stop words are a third and more; of code and tables, few. */
const MIN_STOP_WORDS = 0.1;

/**
 * BCP 47 language of a document, by trigrams; `undefined` where the text does not tell. One whose stop words are known
 * has to show them: code and tables mislead trigrams, and hold none.
 */
export function detectLanguage(text: string): string | undefined {
  const start = text.slice(0, MAX_CHARACTERS);
  const profile = stopWordLanguage(start, MIN_STOP_WORDS);
  const code =
    start.trim().length < MIN_CHARACTERS && !CJK.test(start) ? 'und' : franc(start, { minLength: 2 });
  if (code === 'und') return profile;
  const [tag] = Intl.getCanonicalLocales(code) as [string];
  return stemmedLanguage(tag) === undefined ? tag : profile;
}

/** Their scripts tell these languages in a few characters. */
const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]{2}/u;

/** The language whose stop words a question has most of, English where it has none: questions are short. */
export function detectQuestionLanguage(question: string): StemmedLanguage {
  return stopWordLanguage(question.slice(0, MAX_CHARACTERS), 0) ?? 'en';
}

function stopWordLanguage(text: string, minShare: number): StemmedLanguage | undefined {
  const all = words(text);
  let found: StemmedLanguage | undefined;
  let most = 0;
  for (const language of STEMMED_LANGUAGES) {
    const count = all.filter((word) => isStopWord(word, language)).length;
    if (count > most && count >= minShare * all.length) [found, most] = [language, count];
  }
  return found;
}
