import type { BlockContent, DefinitionContent, List, ListItem, Nodes, RootContent, Table } from 'mdast';
import { toString as inlineText } from 'mdast-util-to-string';
import type { BlockBuilder } from './blocks.ts';
import { addTable } from './table.ts';

declare module 'mdast' {
  interface RootContentMap {
    /** Front matter between lines of `+++`. */
    toml: Literal & { type: 'toml' };
  }
}

/** `{#id .class}` after a heading, which site generators take as its attributes. */
const ATTRIBUTES = /\s*\{:?\s*[#.][^{}]*\}$/;

export interface MdastOptions {
  /** Raw HTML inside Markdown, as a tree again. */
  parseHtml?: (html: string) => RootContent[];
}

/** Adds a Markdown tree's blocks to the builder; HTML documents come through here too, as such a tree. */
export function addBlocks(
  builder: BlockBuilder,
  nodes: readonly RootContent[],
  options: MdastOptions = {},
): void {
  for (const node of nodes) addBlock(builder, node, options);
}

function addBlock(builder: BlockBuilder, node: RootContent, options: MdastOptions): void {
  switch (node.type) {
    case 'heading':
      builder.add('heading', oneLine(text(node)).replace(ATTRIBUTES, ''), node.depth);
      break;
    case 'paragraph':
      builder.add('text', text(node));
      break;
    case 'code':
      builder.add('code', node.value);
      break;
    case 'list':
      addList(builder, node, 0, options);
      break;
    case 'table':
      addTable(builder, cellsOf(node));
      break;
    case 'blockquote':
      addBlocks(builder, node.children, options);
      break;
    case 'footnoteDefinition':
      addBlocks(builder, node.children, options);
      break;
    case 'html':
      addBlocks(builder, options.parseHtml?.(node.value) ?? [], options);
      break;
    case 'thematicBreak':
    case 'definition':
    case 'yaml':
    case 'toml':
      break;
    default:
      builder.add('text', text(node)); // inline content that stands alone, as in an HTML fragment
  }
}

function addList(builder: BlockBuilder, list: List, depth: number, options: MdastOptions): void {
  list.children.forEach((item, index) => {
    const marker = list.ordered ? `${(list.start ?? 1) + index}.` : '-';
    addItem(builder, item, `${'  '.repeat(depth)}${marker} `, depth, options);
  });
}

function addItem(
  builder: BlockBuilder,
  item: ListItem,
  prefix: string,
  depth: number,
  options: MdastOptions,
): void {
  let isFirst = true;
  for (const child of item.children as (BlockContent | DefinitionContent)[]) {
    if (child.type === 'list') addList(builder, child, depth + 1, options);
    else if (child.type === 'paragraph') {
      builder.add('item', isFirst ? prefix + text(child) : text(child));
      isFirst = false;
    } else addBlock(builder, child, options);
  }
}

function cellsOf({ children }: Table): string[][] {
  return children.map((row) => row.children.map(text));
}

/** What a reader sees of a node; a line break, in Markdown or as `<br>`, is one. */
function text(node: Nodes): string {
  return inlineText(withBreaks(node), { includeHtml: false, includeImageAlt: true })
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n');
}

function withBreaks(node: Nodes): Nodes {
  if (node.type === 'break' || (node.type === 'html' && /^<br\b/i.test(node.value))) {
    return { type: 'text', value: '\n' };
  }
  return 'children' in node ? ({ ...node, children: node.children.map(withBreaks) } as Nodes) : node;
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ').trim();
}
