import type { Chunk, Manifest } from '@freshet/shared/contracts';
import { stemmedLanguage } from '@freshet/shared/text/stem';
import { exactTokens, identifiers, stemTokens } from '@freshet/shared/text/tokens';

/** What a chunk is found by, as tokens with a space between them: both indexes take them as they are. */
export interface ChunkTerms {
  title: string;
  headings: string;
  text: string;
  /** Title, headings and text, unstemmed. */
  exact: string;
  identifiers: string;
}

/** Stands between texts, so that no phrase reaches from one into the next. No word looks like it. */
const BOUNDARY = '¶';

export function exactTerms(texts: readonly string[]): string {
  return texts.map((text) => exactTokens(text).join(' ')).join(` ${BOUNDARY} `);
}

/** A document without a language is taken for English, as what it is can only be guessed. */
export function chunkTerms(
  { title = '', language = 'en' }: Pick<Manifest, 'title' | 'language'>,
  { headingPath, text }: Pick<Chunk, 'headingPath' | 'text'>,
): ChunkTerms {
  const headings = headingPath.join('\n');
  const stems = (words: string) => stemTokens(words, stemmedLanguage(language)).join(' ');
  const texts = [title, ...headingPath, text];
  return {
    title: stems(title),
    headings: stems(headings),
    text: stems(text),
    exact: exactTerms(texts),
    identifiers: texts.flatMap(identifiers).join(' '),
  };
}
