import type { Span } from '../contracts/index.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The segmenter takes their full stop for an end. */
const ABBREVIATION = /\b(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|sec|ca|st|mr|mrs|dr|prof)\.\s*$/i;

/** Where the sentences of a text are, in order and without the space around them; a new line ends one too. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index: start, 0: line } of text.matchAll(/[^\n]+/g)) {
    let open: Span | undefined;
    for (const { segment, index } of segmenter.segment(line)) {
      const span = { start: open?.start ?? start + index, end: start + index + segment.length };
      open = span;
      if (ABBREVIATION.test(segment)) continue;
      add(text, span, spans);
      open = undefined;
    }
    if (open) add(text, open, spans);
  }
  return spans;
}

function add(text: string, { start, end }: Span, spans: Span[]): void {
  const piece = text.slice(start, end);
  const trimmed = {
    start: start + piece.length - piece.trimStart().length,
    end: start + piece.trimEnd().length,
  };
  if (trimmed.end > trimmed.start) spans.push(trimmed);
}
