import type { Passage, Span } from '@freshet/shared/contracts';
import { detectQuestionLanguage } from '@freshet/shared/text/language';
import { sentenceSpans } from '@freshet/shared/text/sentences';
import type { StemmedLanguage } from '@freshet/shared/text/stem';
import { type Term, termsOf } from './terms.ts';

/** One or two neighbouring sentences of a passage. */
export interface Window {
  ref: number;
  /** In the text of the passage. */
  span: Span;
  terms: readonly Term[];
  keys: ReadonlySet<string>;
}

/** Enough to tell a language by its stop words. */
const LANGUAGE_CHARACTERS = 600;

/** A passage, read for comparison. */
export interface Evidence {
  ref: number;
  language: StemmedLanguage;
  /** Where the passage begins in the text of its document. */
  start: number;
  sentences: readonly Window[];
  /** Of the title and the headings. */
  context: ReadonlySet<string>;
  /** All words, those of the context too. */
  keys: ReadonlySet<string>;
  /** Those that stand with a capital within a sentence or in the title. */
  names: ReadonlySet<string>;
  /** First letters of words with a capital in a row: `who` for World Health Organization. */
  initials: string;
}

export function readEvidence({ ref, title = '', headingPath, text, span }: Passage): Evidence {
  const heading = [title, ...headingPath].join('. ');
  const language = detectQuestionLanguage(text.slice(0, LANGUAGE_CHARACTERS));
  const sentences = sentenceSpans(text).map((at) =>
    toWindow(ref, at, termsOf(text.slice(at.start, at.end), language)),
  );
  const headings = termsOf(heading, language);
  const context = keysOf(headings);
  const all = [...headings, ...sentences.flatMap(({ terms }) => terms)];
  return {
    ref,
    language,
    start: span.start,
    sentences,
    context,
    keys: keysOf(all),
    names: new Set(all.flatMap(({ key, isName }) => (isName ? [key] : []))),
    initials: initialsOf(`${heading}\n${text}`),
  };
}

/** Two neighbours of one passage as one. */
export function join(a: Window, b: Window): Window {
  return toWindow(a.ref, { start: a.span.start, end: b.span.end }, [...a.terms, ...b.terms]);
}

function toWindow(ref: number, span: Span, terms: Term[]): Window {
  return { ref, span, terms, keys: keysOf(terms) };
}

function keysOf(terms: readonly Term[]): ReadonlySet<string> {
  return new Set(terms.map(({ key }) => key));
}

/** Runs of capitals' first letters, each between spaces. */
function initialsOf(text: string): string {
  const runs = text.matchAll(
    /\p{Lu}[\p{L}\p{M}]+(?:[\s-]+(?:(?:of|and|the|for|de|la)\s+)*\p{Lu}[\p{L}\p{M}]+)+/gu,
  );
  const initials = [...runs].map(([run]) => [...run.matchAll(/(?<![\p{L}])\p{Lu}/gu)].join('').toLowerCase());
  return ` ${initials.join(' ')} `;
}
