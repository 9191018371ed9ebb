import { createBlockBuilder, type ParsedDocument } from '../blocks.ts';
import { addTable } from '../table.ts';
import type { Line } from './lines.ts';
import { outlineKey } from './outline.ts';

export interface LayoutOptions {
  /** Levels by the key of a heading's text. */
  outline: ReadonlyMap<string, number>;
  title: string | undefined;
}

/** A font so many times as large as that of most text is a heading's. */
const HEADING_SCALE = 1.15;
const MAX_HEADING_CHARACTERS = 200;
/** Share of a page's height, at its top and at its bottom, in which running titles stand. */
const EDGE = 0.1;
/** Dots that lead to a page number, in a table of contents. */
const LEADER = /(?:\s?\.){5,}\s*/g;
const BULLET = /^([•◦▪▸‣∙·●○■□–—*-]|\d{1,3}[.)])\s+\S/;

/** Lines of pages as headings, paragraphs, items and tables. */
export function toBlocks(pages: readonly Line[][], { outline, title }: LayoutOptions): ParsedDocument {
  const lines = withoutRunningTitles(pages).flat();
  const { size: bodySize, gap: bodyGap } = measureBody(lines);
  const levelOf = createLevels(lines, bodySize, outline);
  const builder = createBlockBuilder();
  let open: { kind: 'text' | 'item' | 'heading'; text: string; level: number; last: Line } | undefined;
  const close = () => {
    if (open) builder.add(open.kind, open.text.replace(LEADER, ' … '), open.level);
    open = undefined;
  };

  for (let i = 0; i < lines.length; ) {
    const line = lines[i]!;
    const rows = tableAt(lines, i);
    if (rows >= 2) {
      close();
      addTable(
        builder,
        lines.slice(i, i + rows).map(({ cells }) => cells),
      );
      i += rows;
      continue;
    }
    i += 1;
    const level = levelOf(line);
    const kind = level > 0 ? 'heading' : BULLET.test(line.text) ? 'item' : 'text';
    const continues =
      open &&
      kind !== 'item' &&
      (kind === 'heading') === (open.kind === 'heading') &&
      open.level === level &&
      isNext(open.last, line, bodyGap);
    if (open && continues) {
      open.text = join(open.text, line.text);
      open.last = line;
    } else {
      close();
      open = { kind, text: line.text, level, last: line };
    }
  }
  close();
  return builder.finish(title);
}

/** Without lines that most pages repeat at their edge, page numbers counted as the same. */
function withoutRunningTitles(pages: readonly Line[][]): Line[][] {
  if (pages.length < 3) return [...pages];
  const keyOf = ({ text, fromTop }: Line) => `${text.replace(/\d+/g, '#')}@${Math.round(fromTop * 50)}`;
  const isAtEdge = ({ fromTop }: Line) => fromTop < EDGE || fromTop > 1 - EDGE;
  const counts = new Map<string, number>();
  for (const lines of pages) {
    for (const key of new Set(lines.filter(isAtEdge).map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const kept = pages.map((lines) =>
    lines.filter((line) => !isAtEdge(line) || counts.get(keyOf(line))! <= pages.length / 2),
  );
  // Slides that say nothing else are better than none.
  return kept.every((lines) => lines.length === 0) ? [...pages] : kept;
}

/** The size of font that most characters have, and the usual distance of its lines. */
function measureBody(lines: readonly Line[]): { size: number; gap: number } {
  const characters = new Map<number, number>();
  for (const { size, text } of lines)
    characters.set(round(size), (characters.get(round(size)) ?? 0) + text.length);
  const [size = 0] = [...characters].sort((a, b) => b[1] - a[1])[0] ?? [];
  const gaps = lines
    .slice(1)
    .map((line, i) => lines[i]!.y - line.y)
    .filter((gap) => gap > 0.5 * size && gap < 3 * size)
    .sort((a, b) => a - b);
  return { size, gap: gaps[Math.floor(gaps.length / 4)] ?? 1.2 * size };
}

function createLevels(
  lines: readonly Line[],
  bodySize: number,
  outline: ReadonlyMap<string, number>,
): (line: Line) => number {
  const isLarge = ({ size, text }: Line) =>
    round(size) > bodySize * HEADING_SCALE &&
    text.length <= MAX_HEADING_CHARACTERS &&
    /\p{L}/u.test(text) &&
    text.search(LEADER) === -1;
  const sizes = [...new Set(lines.filter(isLarge).map(({ size }) => round(size)))].sort((a, b) => b - a);
  return (line) => {
    const known = line.text.length <= MAX_HEADING_CHARACTERS ? outline.get(outlineKey(line.text)) : undefined;
    if (known) return known;
    return isLarge(line) ? Math.min(sizes.indexOf(round(line.size)) + 1, 6) : 0;
  };
}

/** How many lines from here on are rows of one table: cells in the same number. */
function tableAt(lines: readonly Line[], start: number): number {
  const columns = lines[start]!.cells.length;
  if (columns < 2) return 0;
  let end = start + 1;
  while (end < lines.length && lines[end]!.cells.length === columns) end += 1;
  return end - start;
}

/** Whether a line goes on with the paragraph of the one before. */
function isNext(last: Line, line: Line, bodyGap: number): boolean {
  const gap = last.y - line.y;
  if (gap <= 0) {
    // On the next page or in the next column: in the middle of a sentence.
    return !/[.!?:;]["')\]]?$/.test(last.text) && /^\p{Ll}/u.test(line.text);
  }
  return gap <= 1.3 * Math.max(bodyGap, line.size);
}

/** Two lines of one paragraph; a word that was parted at the end of a line is one again. */
function join(text: string, next: string): string {
  return /\p{Ll}[-\u00ad]$/u.test(text) && /^\p{Ll}/u.test(next)
    ? text.slice(0, -1) + next
    : `${text} ${next}`;
}

function round(size: number): number {
  return Math.round(size * 2) / 2;
}
