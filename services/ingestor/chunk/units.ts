import type { Span } from '@freshet/shared/contracts';
import type { Block } from '../parse/blocks.ts';

/** The smallest piece that a chunk is put together from. */
export interface Unit {
  span: Span;
  tokens: number;
  kind: Block['kind'];
  level: number;
}

type Count = (text: string) => number;

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * Blocks as units of at most `maxTokens`: a block that is longer is cut between its lines, a line between its
 * sentences, a sentence between its words, and a word that is longer still between its characters.
 */
export function toUnits(text: string, blocks: readonly Block[], maxTokens: number, count: Count): Unit[] {
  return blocks.flatMap(({ kind, level, span }) =>
    splitToFit(text, span, maxTokens, count).map(({ tokens, ...piece }) => ({
      span: piece,
      tokens,
      kind,
      level,
    })),
  );
}

interface Piece extends Span {
  tokens: number;
}

/** Ways to cut, coarsest first; each gives the offsets, from the start of the piece, where the next part begins. */
const cutters: ((piece: string) => number[])[] = [
  (piece) => [...piece.matchAll(/\n+/g)].map(({ index, 0: gap }) => index + gap.length),
  (piece) => [...sentences.segment(piece)].map(({ index }) => index),
  (piece) => [...piece.matchAll(/\s+/g)].map(({ index, 0: gap }) => index + gap.length),
];

function splitToFit(text: string, span: Span, maxTokens: number, count: Count, cutter = 0): Piece[] {
  const piece = text.slice(span.start, span.end);
  const tokens = count(piece);
  if (tokens <= maxTokens) return tokens === 0 ? [] : [{ ...span, tokens }];
  const cut = cutters[cutter];
  if (!cut) return halve(text, span, maxTokens, count);
  const starts = [...new Set([0, ...cut(piece)])].filter((start) => start < piece.length);
  const parts = starts.map((start, i) => ({
    start: span.start + start,
    end: span.start + (starts[i + 1] ?? piece.length),
  }));
  if (parts.length === 1) return splitToFit(text, span, maxTokens, count, cutter + 1);
  return joinToFit(
    text,
    parts.flatMap((part) => splitToFit(text, trim(text, part), maxTokens, count, cutter + 1)),
    maxTokens,
    count,
  );
}

/** Neighbours together again, as many as fit, so that a long paragraph is few units and not many. */
function joinToFit(text: string, pieces: Piece[], maxTokens: number, count: Count): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    // With the gap in between, which is tokens too where characters are counted.
    const tokens = last ? last.tokens + count(text.slice(last.end, piece.end)) : 0;
    if (last && tokens <= maxTokens && !text.slice(last.end, piece.start).includes('\n\n')) {
      last.end = piece.end;
      last.tokens = tokens;
    } else joined.push({ ...piece });
  }
  return joined;
}

function halve(text: string, { start, end }: Span, maxTokens: number, count: Count): Piece[] {
  let middle = start + Math.floor((end - start) / 2);
  const isPairSplit = text.codePointAt(middle - 1)! > 0xffff;
  if (isPairSplit) middle += 1;
  if (middle <= start || middle >= end) return [{ start, end, tokens: count(text.slice(start, end)) }];
  return [
    ...splitToFit(text, { start, end: middle }, maxTokens, count, cutters.length),
    ...splitToFit(text, { start: middle, end }, maxTokens, count, cutters.length),
  ];
}

function trim(text: string, { start, end }: Span): Span {
  const piece = text.slice(start, end);
  return {
    start: start + piece.length - piece.trimStart().length,
    end: end - (piece.length - piece.trimEnd().length),
  };
}
