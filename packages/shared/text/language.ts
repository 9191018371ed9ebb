import { detect } from 'tinyld/light';
import { STEMMED_LANGUAGES, type StemmedLanguage, stemmedLanguage } from './stem.ts';

/** A detector learns no more from more than this, and takes its time in proportion. */
const MAX_CHARACTERS = 2_000;

/** Languages that a document may be in; fewer of them are mistaken for each other less often. */
const KNOWN = [...STEMMED_LANGUAGES, 'it', 'pt', 'nl', 'pl', 'ru', 'zh', 'ja', 'ko', 'ar', 'he', 'hi', 'tr'];

/** BCP 47 language of a document, by its own words; `undefined` where they do not say. */
export function detectLanguage(text: string): string | undefined {
  return detect(text.slice(0, MAX_CHARACTERS), { only: KNOWN }) || undefined;
}

/** The language of a question, out of those whose words are stemmed: a question is short, and gives few hints. */
export function detectQuestionLanguage(question: string): StemmedLanguage {
  const tag = detect(question.slice(0, MAX_CHARACTERS), { only: STEMMED_LANGUAGES });
  return stemmedLanguage(tag) ?? 'en';
}
