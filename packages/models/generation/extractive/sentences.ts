import type { Passage } from '@freshet/shared/contracts';
import { contentWords } from './content-words.ts';

/** A sentence, list item, table row or line of code of a passage. */
export interface Sentence {
  ref: number;
  /** Place in the passage, from 0. */
  position: number;
  text: string;
  words: Set<string>;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** A line without these reads as a sentence on its own. */
const LIST_MARKER = /^\s*(?:[-*•]|\d+[.)])\s+/;

/** Longer ones are no sentence a reader would want, but a blob. */
const MAX_CHARACTERS = 600;

/** A passage's sentences in reading order; its headings are no sentences. */
export function toSentences({ ref, text, headingPath }: Passage): Sentence[] {
  const headings = new Set(headingPath);
  const found: Sentence[] = [];
  for (const line of text.split('\n')) {
    const bare = line.replace(LIST_MARKER, '').trim();
    if (bare === '' || headings.has(bare)) continue;
    const isRow = bare.includes(' | ');
    const parts = isRow ? [bare] : [...segmenter.segment(bare)].map(({ segment }) => segment.trim());
    for (const part of joinAbbreviations(parts)) {
      if (part.length > MAX_CHARACTERS) continue;
      found.push({ ref, position: found.length, text: part, words: contentWords(part) });
    }
  }
  return found;
}

/** The segmenter ends a sentence at "e.g." and "No."; what goes on in lower case or with a digit was no end. */
function joinAbbreviations(parts: string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const previous = joined.at(-1);
    const goesOn =
      previous !== undefined && /\b(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|sec|ca)\.$/i.test(previous);
    if (goesOn) joined[joined.length - 1] = `${previous} ${part}`;
    else if (part !== '') joined.push(part);
  }
  return joined;
}
