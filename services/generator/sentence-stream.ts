import { MARKER_SOURCE } from './citations/markers.ts';

export interface SentenceStream {
  /** Sentences that ended in the text so far, each with the white space after it: joined, they are the text. */
  push(delta: string): string[];
  /** What was left without an end. */
  finish(): string[];
}

/** A full stop after these, after an initial, or after the number of a list item, ends no sentence. */
const NO_END = String.raw`(?<!(?:\b(?:e\.g|i\.e|vs|cf|approx|[Nn]o|[Ff]ig|[Ss]ec|ca|St|Mrs?|Ms|Dr|Prof|z\.\s?B|bzw|[A-Z])|^\s*\d{1,3})\.)`;

/**
 * Where a sentence ends while the text still comes in: at a line end, or after its mark and any citations that
 * follow it, once what comes after the white space shows that no further citation does. Chinese and Japanese have no
 * white space there.
 */
const END = new RegExp(
  [
    String.raw`\n+`,
    String.raw`(?<=[.!?…]["'”’)*_]*(?:[ \t]?${MARKER_SOURCE})*)${NO_END}\s+(?=[^\s[])`,
    String.raw`(?<=[。！？][”」』）]*(?:[ \t]?${MARKER_SOURCE})*)(?=[^\s[”」』）])`,
  ].join('|'),
  'u',
);

/** Without any of these, nothing ends. */
const MARK = /[\n.!?…。！？]/;

/** Cuts a stream of text into sentences; a citation marker that comes in two deltas stays whole. */
export function createSentenceStream(): SentenceStream {
  let rest = '';
  let mayEnd = false;

  /** The sentences that have an end, and what comes after them; each begins anew, wherever the text was cut before. */
  function cut(text: string): string[] {
    const pieces: string[] = [];
    let left = text;
    for (;;) {
      const found = END.exec(left);
      const end = found ? found.index + found[0].length : left.length;
      if (end === left.length) return [...pieces, left];
      pieces.push(left.slice(0, end));
      left = left.slice(end);
    }
  }

  return {
    push(delta) {
      rest += delta;
      // Most deltas are words in the middle of a sentence: the whole of it is not searched again for each of them.
      mayEnd ||= MARK.test(delta);
      if (!mayEnd) return [];
      const pieces = cut(rest);
      // The last piece may go on, and white space at its end is what the next delta decides on.
      rest = pieces.pop() ?? '';
      mayEnd = MARK.test(rest);
      return pieces;
    },
    finish() {
      const last = rest;
      rest = '';
      return last === '' ? [] : [last];
    },
  };
}
