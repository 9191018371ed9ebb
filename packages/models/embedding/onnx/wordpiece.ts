import type { Vocabulary } from './vocabulary.ts';

/** A word of more characters is one unknown token. */
const longestWord = 100;
/**
 * A run of characters without white space is read in pieces of this length, so that neither a megabyte of
 * base64 nor a book in Chinese has to be normalised whole before its first token is known.
 */
const longestRun = 4096;

// White space as BERT's cleaning sees it: \v, \f and U+FEFF count as controls there, and are removed.
const runs = new RegExp(
  `[^\\t\\n\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]{1,${longestRun}}`,
  'gu',
);
const plain = /^[!-~]+$/;
const plainWords = /[a-z0-9]+|[!-/:-@[-`{-~]/g;
const removed = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu;
// CJK ideographs stand alone. The ranges are those of the BERT tokenizer, without kana and hangul.
const ideographs = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;
const marks = /\p{Mn}/gu;
const words = /[^\s\p{P}!-/:-@[-`{-~]+|[\p{P}!-/:-@[-`{-~]/gu;

export interface WordPiece {
  readonly cls: number;
  readonly sep: number;
  /** Token ids of a text, without special tokens; reading stops once there are `limit`. */
  encode(text: string, limit?: number): number[];
  /** How many tokens `encode` would give. */
  count(text: string): number;
}

/**
 * BERT's uncased WordPiece: white space and punctuation split, accents go, greedy longest match first (Devlin
 * et al. 2019, https://github.com/google-research/bert tokenization.py). The tokens are those of
 * @huggingface/tokenizers, which the tests hold it to; this one is several times faster, stops at a limit,
 * and takes no seconds over words that somebody made long on purpose.
 */
export function createWordPiece({ tokens, special }: Vocabulary): WordPiece {
  const heads = new Map<string, number>();
  const tails = new Map<string, number>();
  let longestToken = 1;
  for (const [token, id] of tokens) {
    const isTail = token.startsWith('##');
    if (isTail) tails.set(token.slice(2), id);
    else heads.set(token, id);
    longestToken = Math.max(longestToken, isTail ? token.length - 2 : token.length);
  }
  const unknown = special.get('[UNK]')!;
  const specials = new RegExp(`(${[...special.keys()].map((token) => RegExp.escape(token)).join('|')})`);

  function pushWord(word: string, ids: number[]): void {
    if (word.length > longestWord && [...word].length > longestWord) {
      ids.push(unknown);
      return;
    }
    const before = ids.length;
    let start = 0;
    while (start < word.length) {
      const pieces = start === 0 ? heads : tails;
      let end = Math.min(word.length, start + longestToken);
      let id: number | undefined;
      for (; end > start; end--) {
        id = pieces.get(word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) {
        ids.length = before;
        ids.push(unknown);
        return;
      }
      ids.push(id);
      start = end;
    }
  }

  function pushRun(run: string, ids: number[]): void {
    if (run.includes('[') && specials.test(run)) {
      // As the reference has it, a special token that is typed into a text is that token.
      for (const part of run.split(specials)) {
        const id = special.get(part);
        if (id === undefined) pushPart(part, ids);
        else ids.push(id);
      }
    } else {
      pushPart(run, ids);
    }
  }

  function pushPart(part: string, ids: number[]): void {
    const found = plain.test(part) ? part.toLowerCase().match(plainWords) : normalise(part).match(words);
    if (found) for (const word of found) pushWord(word, ids);
  }

  return {
    cls: special.get('[CLS]')!,
    sep: special.get('[SEP]')!,
    encode(text, limit = Number.POSITIVE_INFINITY) {
      const ids: number[] = [];
      for (const [run] of text.matchAll(runs)) {
        pushRun(run, ids);
        if (ids.length >= limit) {
          ids.length = limit;
          break;
        }
      }
      return ids;
    },
    count(text) {
      let total = 0;
      const ids: number[] = [];
      for (const [run] of text.matchAll(runs)) {
        pushRun(run, ids);
        total += ids.length;
        ids.length = 0;
      }
      return total;
    },
  };
}

function normalise(text: string): string {
  return text
    .replace(removed, '')
    .replace(ideographs, ' $& ')
    .toLowerCase()
    .normalize('NFD')
    .replace(marks, '');
}
