import type { Element, Nodes, Parents, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toMdast } from 'hast-util-to-mdast';
import type { Root as MdastRoot, RootContent } from 'mdast';
import { toString as inlineText } from 'mdast-util-to-string';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { addBlocks } from './mdast-blocks.ts';

/** Never part of what a page says. */
const NOISE = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'form',
  'button',
  'iframe',
  'dialog',
  'nav',
  'aside',
]);
/** The frame of a site, unless they stand inside the main content, where a header holds the page's own heading. */
const FRAME = new Set(['header', 'footer']);

/** Parses a page: its main content where it names one, else its body without the frame around it. */
export function parseHtml(html: string): ParsedDocument {
  const root = fromHtml(html);
  const main = findElement(root, 'main') ?? findElement(root, 'article');
  const builder = createBlockBuilder();
  addBlocks(builder, toContent(prune(main ?? findElement(root, 'body') ?? root, main === undefined)));
  const title = findElement(root, 'title');
  return builder.finish(title ? inlineText(toMdast(title)) : undefined);
}

/** A piece of HTML that stands inside Markdown. */
export function parseHtmlFragment(html: string): RootContent[] {
  return toContent(prune(fromHtml(html, { fragment: true }), false));
}

function toContent(tree: Nodes): RootContent[] {
  const mdast = toMdast(tree) as MdastRoot | RootContent;
  return mdast.type === 'root' ? mdast.children : [mdast];
}

function findElement(node: Root | Element, tagName: string): Element | undefined {
  for (const child of node.children) {
    if (child.type !== 'element') continue;
    if (child.tagName === tagName) return child;
    const found = findElement(child, tagName);
    if (found) return found;
  }
  return undefined;
}

function prune<Node extends Parents>(node: Node, dropsFrame: boolean): Node {
  const children = (node.children as Nodes[])
    .filter(
      (child) =>
        child.type !== 'comment' &&
        !(child.type === 'element' && (NOISE.has(child.tagName) || (dropsFrame && FRAME.has(child.tagName)))),
    )
    .map((child) => ('children' in child ? prune(child, dropsFrame) : child));
  return { ...node, children } as Node;
}
