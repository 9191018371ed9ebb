import type { Element, Nodes, Parents, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toMdast } from 'hast-util-to-mdast';
import type { Root as MdastRoot, RootContent } from 'mdast';
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
/** The same two kinds, where a page says them by an element's role (WAI-ARIA). */
const NOISE_ROLES = new Set(['navigation', 'search', 'dialog']);
const FRAME_ROLES = new Set(['banner', 'contentinfo']);

/** Parses a page: its main content where it names one, else its body without the frame around it. */
export function parseHtml(html: string): ParsedDocument {
  const root = fromHtml(html);
  const title = findElements(root, 'title')[0];
  const known = title?.children.map((child) => ('value' in child ? child.value : '')).join('');
  const body = findElements(root, 'body')[0] ?? root;
  const main = findMain(root);
  const page = main && parseContent(main, { dropsFrame: false, title: known });
  return page && page.blocks.length > 0 ? page : parseContent(body, { dropsFrame: true, title: known });
}

function parseContent(
  content: Root | Element,
  { dropsFrame, title }: { dropsFrame: boolean; title: string | undefined },
): ParsedDocument {
  const builder = createBlockBuilder();
  addBlocks(builder, toContent(prune(content, dropsFrame)));
  return builder.finish(title);
}

/** What a page marks as its content; of several articles none is more so than the others. */
function findMain(root: Root): Element | undefined {
  const [main] = findElements(root, 'main');
  if (main) return main;
  const [article, ...others] = findElements(root, 'article');
  return others.length === 0 ? article : undefined;
}

/** A piece of HTML that stands inside Markdown. */
export function parseHtmlFragment(html: string): RootContent[] {
  return toContent(prune(fromHtml(html, { fragment: true }), false));
}

function toContent(tree: Nodes): RootContent[] {
  const mdast = toMdast(tree) as MdastRoot | RootContent;
  return mdast.type === 'root' ? mdast.children : [mdast];
}

/** The outermost elements of a name, in order. */
function findElements(node: Root | Element, tagName: string): Element[] {
  return node.children.flatMap((child) => {
    if (child.type !== 'element') return [];
    return child.tagName === tagName ? [child] : findElements(child, tagName);
  });
}

function prune<Node extends Parents>(node: Node, dropsFrame: boolean): Node {
  const children = (node.children as Nodes[])
    .filter(
      (child) => child.type !== 'comment' && !(child.type === 'element' && isBoilerplate(child, dropsFrame)),
    )
    .flatMap((child) => [...captionOf(child), 'children' in child ? prune(child, dropsFrame) : child]);
  return { ...node, children } as Node;
}

function isBoilerplate({ tagName, properties }: Element, dropsFrame: boolean): boolean {
  const role = String(properties['role'] ?? '');
  return (
    NOISE.has(tagName) ||
    NOISE_ROLES.has(role) ||
    // `until-found` is shown to who searches the page.
    properties['hidden'] === true ||
    (dropsFrame && (FRAME.has(tagName) || FRAME_ROLES.has(role)))
  );
}

/** A table's caption as a paragraph in front of it: Markdown's tables have none, so it would be lost. */
function captionOf(node: Nodes): Element[] {
  if (node.type !== 'element' || node.tagName !== 'table') return [];
  return node.children
    .filter((child) => child.type === 'element' && child.tagName === 'caption')
    .map((caption) => ({ ...(caption as Element), tagName: 'p' }));
}
