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
 * Cuts a document into chunks along its structure: sections stay apart unless they are small, and paragraphs,
 * list items, tables and code blocks stay whole where they fit. Every chunk is one span of the normalised text.
 */
export function chunk(
  { text, blocks, title }: ParsedDocument,
  { minTokens = 96, targetTokens = 220, maxTokens, overlapTokens = 32, count }: ChunkOptions,
): DraftChunk[] {
  const contextTokens = Math.floor(maxTokens * CONTEXT_SHARE);
  const units = toUnits(text, blocks, Math.min(targetTokens, maxTokens - contextTokens), count);
  const drafts: DraftChunk[] = [];
  const path: string[] = [];
  let open: { units: Unit[]; tokens: number; path: string[] } | undefined;

  const close = () => {
    const first = open?.units[0];
    const last = open?.units.at(-1);
    if (!open || !first || !last) return;
    const span = { start: first.span.start, end: last.span.end };
    const body = text.slice(span.start, span.end);
    const context = toContext(title, open.path, contextTokens, count);
    const embeddedText = context ? `${context}\n${body}` : body;
    drafts.push({
      ordinal: drafts.length,
      headingPath: open.path,
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
    const isFull = open !== undefined && open.tokens + unit.tokens > targetTokens;
    if (open === undefined || startsSection || isFull) {
      // A heading never ends a chunk: it belongs to what follows.
      const moved: Unit[] = [];
      while (open && open.units.length > 1 && open.units.at(-1)?.kind === 'heading')
        moved.unshift(open.units.pop()!);
      const last: Unit | undefined = open?.units.at(-1);
      close();
      const repeats =
        isFull &&
        !startsSection &&
        moved.length === 0 &&
        last &&
        last.kind !== 'heading' &&
        last.tokens <= overlapTokens;
      const start = [...moved, ...(repeats ? [last] : [])];
      open = {
        units: start,
        tokens: start.reduce((sum, { tokens }) => sum + tokens, 0),
        path: path.filter((heading) => heading !== undefined && heading !== title),
      };
    }
    open.units.push(unit);
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
  const parts = [...(title ? [title] : []), ...path];
  while (parts.length > 1 && count(parts.join(' > ')) > maxTokens) parts.splice(1, 1);
  const context = parts.join(' > ');
  return count(context) > maxTokens ? '' : context;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
