import { sentenceSpans } from '@freshet/shared/text/sentences';
import { stem } from '@freshet/shared/text/stem';
import { isStopWord } from '@freshet/shared/text/stop-words';

export interface Word {
  /** As it is written. */
  text: string;
  stem: string;
  isStop: boolean;
}

/** What a word is, as far as its form tells. */
export type WordKind = 'number' | 'name' | 'verb' | 'adjective' | 'other';
export const WORD_KINDS: readonly WordKind[] = ['number', 'name', 'verb', 'adjective', 'other'];

/** A question's word that says something about its subject. */
export interface ContentWord extends Word {
  kind: WordKind;
}

export function toWords(text: string): Word[] {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}]+/gu), ([word]) => {
    const lower = word.toLowerCase();
    return { text: word, stem: stem(lower, 'en'), isStop: isStopWord(lower) || isFunctionWord(lower) };
  });
}

/** Beyond the stop words of a search: what relates words to each other says nothing about the subject. */
const FUNCTION_WORDS = new Set(
  `been being were which whose than he she her him his s t d ll re ve m over under between after before during other
  another some all each many much`.split(/\s+/),
);

function isFunctionWord(lower: string): boolean {
  return FUNCTION_WORDS.has(lower);
}

export function contentWordsOf(question: readonly Word[]): ContentWord[] {
  return question.flatMap((word, i) => (word.isStop ? [] : [{ ...word, kind: kindOf(word, i === 0) }]));
}

function kindOf({ text, stem }: Word, isFirst: boolean): WordKind {
  if (/\d/.test(text)) return 'number';
  if (/^\p{Lu}/u.test(text) && !isFirst) return 'name';
  if (stem !== text.toLowerCase() && /(?:ed|ing|es)$/.test(text)) return 'verb';
  return /(?:est|er|ly|ous|ive|al|ful|ic|able|ible)$/.test(text) ? 'adjective' : 'other';
}

export interface Sentence {
  text: string;
  words: Word[];
  stems: ReadonlySet<string>;
}

export function sentencesOf(text: string): Sentence[] {
  return sentenceSpans(text).map(({ start, end }) => {
    const sentence = text.slice(start, end);
    const words = toWords(sentence);
    return { text: sentence, words, stems: new Set(words.map(({ stem }) => stem)) };
  });
}
