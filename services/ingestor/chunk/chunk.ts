import { createHash } from 'node:crypto';
import type { Chunk } from '@freshet/shared/contracts';
import type { ParsedDocument } from '../parse/blocks.ts';
import { toUnits, type Unit } from './units.ts';

/** A chunk before it is embedded. */
export interface DraftChunk extends Omit<Chunk, 'vector'> {
  /** What is embedded: the text with the title and the headings that it stands under. */
  embeddedText: string;
}

export interface ChunkOptions {
  /** A chunk is closed at the next heading once it has this many tokens. */
  minTokens?: number;
  /** A chunk takes no further unit that would bring it beyond this many tokens. */
  targetTokens?: number;
  /** What the model reads of one text at most, title and headings included. */
  maxTokens: number;
  /** The end of a chunk that the next one of the same section repeats, if its last unit is that small. */
  overlapTokens?: number;
  count: (text: string) => number;
}

/** Of the model's window, for the title and the headings. */
const CONTEXT_SHARE = 0.25;

/**
 * Text of more characters a token is no language but encoded data, of which WordPiece makes one unknown token
 * however long it is. Without this a chunk of it would have no limit.
 */
const MAX_CHARACTERS_PER_TOKEN = 16;

/** A unit with the headings that it stands under, its own included. */
interface SectionUnit extends Unit {
  path: string[];
}

/**
 * Cuts a document into chunks along its structure: sections stay apart unless they are small, and paragraphs,
 * list items, tables and code blocks stay whole where they fit. Every chunk is one span of the normalised text.
 */
export function chunk(
  { text, blocks, title }: ParsedDocument,
  { minTokens = 96, targetTokens = 220, maxTokens, overlapTokens = 32, count }: ChunkOptions,
): DraftChunk[] {
  const contextTokens = Math.floor(maxTokens * CONTEXT_SHARE);
  const room = maxTokens - contextTokens;
  const target = Math.min(targetTokens, room);
  const size = (piece: string) => Math.max(count(piece), Math.ceil(piece.length / MAX_CHARACTERS_PER_TOKEN));
  const units = toUnits(text, blocks, target, size);
  const drafts: DraftChunk[] = [];
  const path: string[] = [];
  let open: { units: SectionUnit[]; tokens: number } | undefined;

  const close = () => {
    const first = open?.units[0];
    const last = open?.units.at(-1);
    if (!open || !first || !last) return;
    const span = { start: first.span.start, end: last.span.end };
    const body = text.slice(span.start, span.end);
    // A chunk that starts with several headings stands under all of them.
    const { path: headingPath } = open.units.find(({ kind }) => kind !== 'heading') ?? last;
    const context = toContext(title, headingPath, contextTokens, count);
    const embeddedText = context ? `${context}\n${body}` : body;
    drafts.push({
      ordinal: drafts.length,
      headingPath,
      text: body,
      span,
      tokens: count(embeddedText),
      contentHash: sha256(embeddedText),
      embeddedText,
    });
  };

  for (const unit of units) {
    const isHeading = unit.kind === 'heading';
    if (isHeading) {
      path.length = Math.min(path.length, unit.level - 1);
      path[unit.level - 1] = text.slice(unit.span.start, unit.span.end);
    }
    const startsSection = isHeading && open !== undefined && open.tokens >= minTokens;
    const isFull = open !== undefined && open.tokens + unit.tokens > target;
    // A heading never ends a chunk: it belongs to what follows, as far as both fit.
    const isAwaited =
      open !== undefined &&
      open.tokens + unit.tokens <= room &&
      open.units.every(({ kind }) => kind === 'heading');
    if (open === undefined || ((startsSection || isFull) && !isAwaited)) {
      const moved: SectionUnit[] = [];
      let movedTokens = unit.tokens;
      while (open && open.units.length > 1) {
        const heading: SectionUnit = open.units.at(-1)!;
        movedTokens += heading.tokens;
        if (heading.kind !== 'heading' || movedTokens > room) break;
        moved.unshift(open.units.pop()!);
      }
      const last: SectionUnit | undefined = open?.units.at(-1);
      close();
      const repeats =
        // Not in front of a heading, which may move on and leave the repeated end alone.
        !isHeading &&
        moved.length === 0 &&
        last &&
        last.kind !== 'heading' &&
        last.tokens <= overlapTokens &&
        last.tokens + unit.tokens <= room;
      const start = [...moved, ...(repeats ? [last] : [])];
      open = {
        units: start,
        tokens: start.reduce((sum, { tokens }) => sum + tokens, 0),
      };
    }
    open.units.push({
      ...unit,
      path: path.filter((heading) => heading !== undefined && heading !== title),
    });
    open.tokens += unit.tokens;
  }
  close();
  return drafts;
}

/** Title and headings in front of the text, the innermost kept when there is no room for all. */
function toContext(
  title: string | undefined,
  path: string[],
  maxTokens: number,
  count: (text: string) => number,
): string {
  const parts = [...(title && count(title) <= maxTokens ? [title] : []), ...path];
  while (parts.length > 1 && count(parts.join(' > ')) > maxTokens) parts.splice(1, 1);
  const context = parts.join(' > ');
  return count(context) > maxTokens ? '' : context;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
