import { fold } from '@freshet/shared/text/fold';
import { isNegation } from '@freshet/shared/text/opposites';
import { type StemmedLanguage, stem } from '@freshet/shared/text/stem';
import { isStopWord } from '@freshet/shared/text/stop-words';
import { regularForm } from './irregular-verbs.ts';
import { NUMBER, numberValue } from './numbers.ts';

/** A word of a sentence, as the checks compare it. */
export interface Term {
  /** Its folded stem, or what a number amounts to. */
  key: string;
  kind: 'word' | 'stop' | 'number' | 'negation';
  /** Written with a capital, and not only because a sentence begins with it. */
  isName: boolean;
  /** It begins the sentence with a capital, so that it may be a name. */
  mayBeName: boolean;
}

/** Numbers whole, identifiers whole, and plain words; hyphens part words. */
const WORD = new RegExp(
  `(?:${NUMBER.source})(?![\\p{L}\\p{M}\\d])(?:st|nd|rd|th)?|[\\p{L}\\p{N}\\p{M}]+(?:[_.:@/][\\p{L}\\p{N}\\p{M}]+)*`,
  'gu',
);
const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

const NEGATIONS: Record<Exclude<StemmedLanguage, 'en'>, ReadonlySet<string>> = {
  de: new Set('nicht kein keine keinem keinen keiner keines nie niemals ohne weder'.split(' ')),
  fr: new Set('pas jamais aucun aucune sans ni rien'.split(' ')),
  es: new Set('no nunca jamás sin ni ningún ninguna ninguno'.split(' ')),
};

const NOT: Term = { key: 'not', kind: 'negation', isName: false, mayBeName: false };
/** Negations that mean something else besides. */
const CONTENT_NEGATION = /^(?:without|except|lack|fail|unable)/;

/** A sentence's words in order. Chinese, Japanese and Korean, which part no words, come as pairs of characters. */
export function termsOf(sentence: string, language: StemmedLanguage): Term[] {
  const terms: Term[] = [];
  let previousEnd = 0;
  for (const { 0: word, index } of sentence.matchAll(WORD)) {
    const isAfterApostrophe = /['’]$/.test(sentence.slice(previousEnd, index)) && previousEnd > 0;
    previousEnd = index + word.length;
    // The `s` of a genitive, and the `t` of `isn't` and `can't`.
    if (isAfterApostrophe && word.length === 1 && language === 'en') {
      if (word === 't' && terms.at(-1)?.kind !== 'negation') terms.push(NOT);
      continue;
    }
    if (CJK.test(word)) {
      terms.push(...pairs(word));
      continue;
    }
    for (const piece of numberValue(word) === undefined && !/\d/.test(word) ? word.split(/[/:@]/) : [word]) {
      terms.push(toTerm(piece, terms.length === 0, language));
    }
  }
  return terms;
}

function toTerm(word: string, isFirst: boolean, language: StemmedLanguage): Term {
  const value = numberValue(word);
  const isCapital = /^\p{Lu}/u.test(word) && language !== 'de';
  const lower = word.toLowerCase();
  if (value !== undefined) return { key: value, kind: 'number', isName: false, mayBeName: false };
  // What holds a digit is an identifier, and has to match like a number.
  if (/\d/.test(word)) return { key: fold(lower), kind: 'number', isName: false, mayBeName: false };
  const isNegative = language === 'en' ? isNegation(lower) : NEGATIONS[language].has(lower);
  if (isNegative) return { ...NOT, key: CONTENT_NEGATION.test(lower) ? stem(lower, language) : NOT.key };
  const isStop = isStopWord(lower, language) && !/^\p{Lu}{2,}$/u.test(word);
  const kind = isStop ? 'stop' : 'word';
  const isContent = kind === 'word' && isCapital;
  const form = language === 'en' ? regularForm(lower) : lower;
  return { key: stem(form, language), kind, isName: isContent && !isFirst, mayBeName: isContent && isFirst };
}

function pairs(run: string): Term[] {
  const characters = [...run];
  const keys =
    characters.length === 1
      ? characters
      : characters.slice(1).map((character, i) => `${characters[i]}${character}`);
  return keys.map((key) => ({ key, kind: 'word', isName: false, mayBeName: false }));
}
