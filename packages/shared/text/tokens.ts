import { fold } from './fold.ts';
import { type StemmedLanguage, stem } from './stem.ts';
import { joinedWords } from './words.ts';

/** What is longer is no word but encoded data; search engines refuse terms of tens of kilobytes. */
const MAX_TOKEN_CHARACTERS = 128;

/** Chinese, Japanese and Korean write words without spaces, or with endings that no stemmer here knows. */
const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー々]+/gu;
const HAS_CJK = new RegExp(CJK.source, 'u');

/**
 * The terms that a text is found by, in order: folded stems of its words, and every two neighbouring characters of
 * Chinese, Japanese and Korean. Positions are those of {@link exactTokens}.
 */
export function stemTokens(text: string, language: StemmedLanguage | undefined): string[] {
  return tokens(text, (word) => stem(word, language));
}

/** The words of a text as they are written, but for case and accents; for phrases and identifiers. */
export function exactTokens(text: string): string[] {
  return tokens(text, fold);
}

function tokens(text: string, analyse: (word: string) => string): string[] {
  const found: string[] = [];
  for (const { parts } of joinedWords(text)) {
    for (const part of parts) {
      const word = part.toLowerCase().slice(0, MAX_TOKEN_CHARACTERS);
      if (!HAS_CJK.test(word)) found.push(analyse(word));
      else for (const piece of splitCjk(word)) addPiece(found, piece, analyse);
    }
  }
  return found.filter((token) => token !== '');
}

function addPiece(found: string[], piece: string, analyse: (word: string) => string): void {
  if (!HAS_CJK.test(piece)) {
    found.push(analyse(piece));
    return;
  }
  const characters = [...piece.normalize('NFKC')];
  if (characters.length === 1) found.push(characters[0] as string);
  for (let i = 1; i < characters.length; i += 1) found.push(`${characters[i - 1]}${characters[i]}`);
}

/** Runs of CJK and what stands between them. */
function splitCjk(word: string): string[] {
  return word.split(new RegExp(`(${CJK.source})`, 'u')).filter((piece) => piece !== '');
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
    if (parts.length > 1) found.push(...partsOf(fold(whole).slice(0, MAX_TOKEN_CHARACTERS), JOINTS));
  }
  return found;
}

function partsOf(whole: string, [joint, ...tighter]: readonly string[]): string[] {
  if (!/[-_.:/@]/.test(whole)) return [];
  if (joint === undefined) return [whole];
  const parts = whole.split(joint).flatMap((part) => partsOf(part, tighter));
  return whole.includes(joint) ? [whole, ...parts] : parts;
}
