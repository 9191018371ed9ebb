import { fold } from './fold.ts';
import { type StemmedLanguage, stem } from './stem.ts';
import { joinedWords } from './words.ts';

/** What is longer is no word but encoded data; search engines refuse terms of tens of kilobytes. */
const MAX_TOKEN_CHARACTERS = 128;

/** Chinese, Japanese and Korean write words without spaces, or with endings that no stemmer here knows. */
const CJK_RUN = /([\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー々]+)/u;

/**
 * The terms that a text is found by, in order: folded stems of its words, and every two neighbouring characters of
 * Chinese, Japanese and Korean. A stem says of which language it is (`de:haus`, `:huis` where the language has no
 * stemmer), so that words which only look alike once stemmed stay apart; English, the usual one, says nothing.
 */
export function stemTokens(text: string, language: StemmedLanguage | undefined): string[] {
  return tokens(text, (word) => markedStem(word, language));
}

function markedStem(word: string, language: StemmedLanguage | undefined): string {
  const found = stem(word, language);
  return language === 'en' || !/\p{L}/u.test(word) ? found : `${language ?? ''}:${found}`;
}

/** The words of a text as they are written, but for case and accents; for phrases and identifiers. */
export function exactTokens(text: string): string[] {
  return tokens(text, fold);
}

function tokens(text: string, analyse: (word: string) => string): string[] {
  const found: string[] = [];
  for (const { parts } of joinedWords(text)) {
    for (const part of parts) {
      const word = part.toLowerCase();
      if (!CJK_RUN.test(word)) found.push(analyse(shorten(word)));
      else for (const piece of splitCjk(word)) addPiece(found, piece, analyse);
    }
  }
  return found.filter((token) => token !== '');
}

/** A character of two code units may be cut in half, which no index could store. */
function shorten(word: string): string {
  return word.length > MAX_TOKEN_CHARACTERS ? word.slice(0, MAX_TOKEN_CHARACTERS).toWellFormed() : word;
}

function addPiece(found: string[], piece: string, analyse: (word: string) => string): void {
  if (!CJK_RUN.test(piece)) {
    found.push(analyse(shorten(piece)));
    return;
  }
  const characters = [...piece.normalize('NFKC')];
  if (characters.length === 1) found.push(characters[0] as string);
  for (let i = 1; i < characters.length; i += 1) found.push(`${characters[i - 1]}${characters[i]}`);
}

/** Runs of Chinese, Japanese and Korean, and what stands between them. */
function splitCjk(word: string): string[] {
  return word.split(CJK_RUN).filter((piece) => piece !== '');
}

/** From the loosest joint to the tightest: a path is made of file names, those of names and endings. */
const JOINTS = ['/', '@', ':', '.'];

/**
 * What is written as one and is more than a word, such as `TW-2041`, `foo_bar` or `v1.29.3`, folded. Of
 * `etc/kube-proxy.yaml` also `kube-proxy.yaml` and `kube-proxy`.
 */
export function identifiers(text: string): string[] {
  const found: string[] = [];
  for (const { whole, parts } of joinedWords(text)) {
    if (parts.length > 1) found.push(...partsOf(shorten(fold(whole)), JOINTS));
  }
  return found;
}

function partsOf(whole: string, [joint, ...tighter]: readonly string[]): string[] {
  if (!/[-_.:/@]/.test(whole)) return [];
  if (joint === undefined) return [whole];
  const parts = whole.split(joint).flatMap((part) => partsOf(part, tighter));
  return whole.includes(joint) ? [whole, ...parts] : parts;
}
