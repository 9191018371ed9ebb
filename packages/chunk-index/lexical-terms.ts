import { detectQuestionLanguage } from '@freshet/shared/text/language';
import { STEMMED_LANGUAGES, type StemmedLanguage, stemmedLanguage } from '@freshet/shared/text/stem';
import { isStopWord } from '@freshet/shared/text/stop-words';
import { exactTokens, identifiers, stemTokens } from '@freshet/shared/text/tokens';
import { joinedWords, words } from '@freshet/shared/text/words';

/** Enough for any question; bounds the work of a pasted page. */
const MAX_WORDS = 48;
const MAX_PHRASES = 8;
const MAX_QUOTED_WORDS = 32;

/** What a lexical search looks for. */
export interface LexicalTerms {
  /** Any of these, among the stemmed tokens. */
  stems: string[];
  /** Any of these, among the unstemmed tokens: identifiers in their parts. They weigh more than stems. */
  phrases: string[][];
  /** Any of these, among the identifiers. */
  identifiers: string[];
  /** Of what is in quotation marks: a search holds all of these, where anything does. */
  quoted: string[][];
}

/**
 * Reads a question. Stop words of its language are left out where there are other words: they say nothing and take
 * half the time of a long OR query. Each word is stemmed as every language would: a document is stemmed in its own,
 * which need not be the question's.
 */
export function lexicalTerms(question: string, tag?: string): LexicalTerms {
  const language = (tag === undefined ? undefined : stemmedLanguage(tag)) ?? detectQuestionLanguage(question);
  const plain = [...new Set(words(question).filter((word) => !/[-_.:/@]/.test(word)))];
  const telling = plain.filter((word) => !isStopWord(word, language));
  const kept = (telling.length > 0 ? telling : plain).slice(0, MAX_WORDS);
  const quoted = quotedPhrases(question);
  return {
    stems: [...new Set(kept.flatMap(everyStem))],
    phrases: distinct([...writtenAsOne(question), ...quoted]).slice(0, MAX_PHRASES),
    identifiers: [...new Set(identifiers(question))].slice(0, MAX_PHRASES),
    quoted,
  };
}

export function isEmpty({ stems }: LexicalTerms): boolean {
  return stems.length === 0;
}

function everyStem(word: string): string[] {
  const languages: (StemmedLanguage | undefined)[] = [...STEMMED_LANGUAGES, undefined];
  return languages.flatMap((language) => stemTokens(word, language));
}

const QUOTED = /"([^"]+)"|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」/g;

/** Whether a question may hold something in quotation marks. */
export function quotes(question: string): boolean {
  return question.search(QUOTED) >= 0;
}

function quotedPhrases(question: string): string[][] {
  const found = Array.from(question.matchAll(QUOTED), (match) =>
    exactTokens(match.slice(1).find((text) => text !== undefined) ?? '').slice(0, MAX_QUOTED_WORDS),
  );
  return distinct(found).slice(0, MAX_PHRASES);
}

/** `kube-proxy`, and words that look like names of code: `ECONNRESET`, `OOMKilled`, `e404`. */
function writtenAsOne(question: string): string[][] {
  const shouts = !/\p{Ll}/u.test(question);
  const found: string[][] = [];
  for (const { whole, parts } of joinedWords(question)) {
    if (parts.length > 1 || isCode(whole, shouts)) found.push(exactTokens(whole).slice(0, MAX_QUOTED_WORDS));
  }
  return found;
}

function isCode(word: string, shouts: boolean): boolean {
  if (/\p{L}/u.test(word) && /\p{N}/u.test(word)) return true;
  return !shouts && /\p{Ll}\p{Lu}|^\p{Lu}{4,}$/u.test(word);
}

function distinct(phrases: string[][]): string[][] {
  return [
    ...new Map(
      phrases.filter(({ length }) => length > 0).map((phrase) => [phrase.join(' '), phrase]),
    ).values(),
  ];
}
