import type { Passage } from '@freshet/shared/contracts';
import { sentenceSpans } from '@freshet/shared/text/sentences';
import type { StemmedLanguage } from '@freshet/shared/text/stem';
import { contentWords } from './content-words.ts';

/** A sentence, list item, table row or line of code of a passage. */
export interface Sentence {
  ref: number;
  /** Place in the passage, from 0. */
  position: number;
  text: string;
  words: ReadonlySet<string>;
  /** Reads as a sentence; rows of tables, links of a menu and lines of code do not. */
  isProse: boolean;
}

/** A line without these reads as a sentence on its own. */
const LIST_MARKER = /^\s*(?:[-*•]|\d+[.)])\s+/;

/** Longer ones are no sentence a reader would want, but a blob. */
const MAX_CHARACTERS = 600;

/** A passage's sentences in reading order; its headings are no sentences. */
export function toSentences({ ref, text, headingPath }: Passage, language: StemmedLanguage): Sentence[] {
  const headings = new Set(headingPath);
  const found: Sentence[] = [];
  for (const line of text.split('\n')) {
    const bare = line.replace(LIST_MARKER, '').trim();
    if (bare === '' || headings.has(bare.replace(/^#+\s*/, ''))) continue;
    const parts = isRow(bare) ? [bare] : sentenceSpans(bare).map(({ start, end }) => bare.slice(start, end));
    for (const part of parts) {
      if (part.length > MAX_CHARACTERS) continue;
      found.push({
        ref,
        position: found.length,
        text: part,
        words: contentWords(part, language),
        isProse: isProse(part),
      });
    }
  }
  return found;
}

function isRow(line: string): boolean {
  return line.includes(' | ') || line.includes('\t') || line.startsWith('|');
}

/** It ends like a sentence, has a few words, and most of its characters are letters. */
function isProse(text: string): boolean {
  if (isRow(text) || !/[.!?:…。！？]["'”’)*_`]*$/.test(text)) return false;
  if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]{4}/u.test(text)) return true;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return text.split(/\s+/).length >= 4 && letters > 0.6 * text.length;
}
