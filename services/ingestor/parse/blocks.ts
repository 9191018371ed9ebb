import type { Span } from '@freshet/shared/contracts';
import { cleanText } from './clean-text.ts';
import { LIMITS, tooMany } from './limits.ts';

/** A piece of a document that a reader sees as one: a heading, a paragraph, a list item, a table, a code block. */
export interface Block {
  kind: 'heading' | 'text' | 'item' | 'table' | 'code';
  /** 1 to 6 for a heading, 0 otherwise. */
  level: number;
  span: Span;
}

export interface ParsedDocument {
  /** What the document itself says of its title. */
  title?: string;
  /** The normalised text: blocks in reading order, markup removed. Every span points into it. */
  text: string;
  blocks: Block[];
}

export interface BlockBuilder {
  add(kind: Block['kind'], text: string, level?: number): void;
  /** Adds another document's blocks, its headings so many levels deeper. */
  append(document: ParsedDocument, deeper: number): void;
  finish(title?: string): ParsedDocument;
}

/**
 * Collects blocks into the normalised text, one empty line between them; items of a list stand close.
 * @throws {FreshetError} `FRESHET_CONTENT_TOO_COMPLEX`, from `add`, when the text gets too long.
 */
export function createBlockBuilder(): BlockBuilder {
  const blocks: Block[] = [];
  const parts: string[] = [];
  let length = 0;

  function add(kind: Block['kind'], source: string, level = 0): void {
    const text = cleanText(source);
    const clean = kind === 'code' ? text.replace(/\s+$/, '') : text.trim();
    if (clean.trim() === '') return;
    const previous = blocks.at(-1)?.kind;
    const isListed = previous === 'item' && kind === 'item';
    // The indentation of a nested item stands in the text, in front of its span.
    const indent = isListed ? /^ */.exec(text)![0] : '';
    const gap = previous === undefined ? '' : isListed ? `\n${indent}` : '\n\n';
    parts.push(gap, clean);
    const start = length + gap.length;
    length = start + clean.length;
    if (length > LIMITS.textCharacters) throw tooMany('textCharacters', 'characters of text');
    blocks.push({ kind, level, span: { start, end: length } });
  }

  return {
    add,
    append({ text, blocks: added }, deeper) {
      for (const { kind, level, span } of added) {
        const indent =
          kind === 'item' ? / *$/.exec(text.slice(Math.max(0, span.start - 64), span.start))![0] : '';
        const moved = kind === 'heading' ? Math.min(6, level + deeper) : level;
        add(kind, indent + text.slice(span.start, span.end), moved);
      }
    },
    finish(title) {
      const known = title && cleanText(title).replace(/\s+/g, ' ').trim();
      return { ...(known ? { title: known } : {}), text: parts.join(''), blocks };
    },
  };
}
