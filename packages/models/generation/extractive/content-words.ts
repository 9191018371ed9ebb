import { type StemmedLanguage, stem } from '@freshet/shared/text/stem';
import { isStopWord } from '@freshet/shared/text/stop-words';
import { words } from '@freshet/shared/text/words';

/** The stems of a text's content words; identifiers and numbers stay as they are. */
export function contentWords(text: string, language: StemmedLanguage): Set<string> {
  const found = new Set<string>();
  for (const word of words(text)) if (!isStopWord(word, language)) found.add(stem(word, language));
  return found;
}
