import { FreshetError } from '@freshet/shared/errors';
import { type ChildNode, type Element, isCDATA, isTag, isText } from 'domhandler';
import { decodeHTML } from 'entities';
import type { ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { parseDocument } from 'htmlparser2';
import { macroContent } from './macros.ts';
import { attribute, child, element, plainText, text } from './nodes.ts';

/** Elements that mean the same in HTML; what is not named here gives its content alone. */
const KEPT = new Set(
  (
    'p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr th td caption pre code blockquote strong em b i ' +
    'u s del sub sup br hr a span div figure figcaption small cite q kbd'
  ).split(' '),
);
/** Settings of an element, or what no reader of the page sees. */
const DROPPED = new Set([
  'ac:parameter',
  'ac:placeholder',
  'ac:task-id',
  'ac:task-uuid',
  'ac:task-status',
  'ac:adf-attribute',
  'script',
  'style',
]);

/**
 * A page body in Confluence's storage format as HTML; empty where the page shows no text.
 * Source: Confluence documentation, "Confluence Storage Format".
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE` for markup that is nested too deep.
 */
export function storageToHtml(storage: string): string {
  try {
    // Entities are those of HTML, which an XML parser does not know, and count in text but not in CDATA.
    const { children } = parseDocument(storage, { xmlMode: true, decodeEntities: false });
    const content = convertAll(children);
    return content.some(isShown) ? toHtml({ type: 'root', children: content }) : '';
  } catch (cause) {
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', {
      detail: 'The storage format of the page is nested too deep.',
      cause,
    });
  }
}

function convertAll(nodes: readonly ChildNode[]): ElementContent[] {
  return nodes.flatMap(convert);
}

function convert(node: ChildNode): ElementContent[] {
  if (isText(node)) return [text(decodeHTML(node.data))];
  if (isCDATA(node)) return [text(plainText(node.children))];
  if (!isTag(node) || DROPPED.has(node.name)) return [];
  const special = SPECIAL[node.name];
  if (special) return special(node);
  const children = convertAll(node.children);
  if (!KEPT.has(node.name)) return children;
  const href = node.name === 'a' ? attribute(node, 'href') : undefined;
  return [element(node.name, children, href === undefined ? {} : { href })];
}

const SPECIAL: Record<string, (node: Element) => ElementContent[]> = {
  'ac:structured-macro': (node) => macroContent(node, convertAll),
  'ac:macro': (node) => macroContent(node, convertAll),
  'ac:link': linkText,
  'ac:image': imageText,
  'ac:emoticon': (node) => [text(emoji(node))],
  'ac:task-list': (node) => [element('ul', convertAll(node.children))],
  'ac:task': taskItem,
  'ac:layout-cell': (node) => [element('div', convertAll(node.children))],
  // The new editor's elements, which carry what older readers show.
  'ac:adf-extension': (node) => convertAll(child(node, 'ac:adf-fallback')?.children ?? []),
  time: (node) => [text(attribute(node, 'datetime') ?? '')],
};

/** The text of a link, else what it leads to. */
function linkText(node: Element): ElementContent[] {
  const body = child(node, 'ac:link-body') ?? child(node, 'ac:plain-text-link-body');
  if (body) return convertAll(body.children);
  const target = node.children.filter(isTag).find(({ name }) => name.startsWith('ri:'));
  const name = ['ri:content-title', 'ri:filename', 'ri:space-key', 'ri:value']
    .map((key) => target && attribute(target, key))
    .find((value) => value !== undefined);
  return [text(name ?? attribute(node, 'ac:anchor') ?? '')];
}

function imageText(node: Element): ElementContent[] {
  const alt = attribute(node, 'ac:alt') ?? attribute(node, 'ac:title') ?? '';
  const caption = child(node, 'ac:caption');
  return [
    ...(alt === '' ? [] : [element('img', [], { alt })]),
    ...(caption ? [element('div', convertAll(caption.children))] : []),
  ];
}

function taskItem(node: Element): ElementContent[] {
  const isDone = plainText(child(node, 'ac:task-status')?.children ?? []).trim() === 'complete';
  const body = convertAll(child(node, 'ac:task-body')?.children ?? []);
  return [element('li', [text(isDone ? '[x] ' : '[ ] '), ...body])];
}

function emoji(node: Element): string {
  return attribute(node, 'ac:emoji-fallback') ?? attribute(node, 'ac:emoji-shortname') ?? '';
}

function isShown(node: ElementContent): boolean {
  if (node.type === 'text') return node.value.trim() !== '';
  return node.type === 'element' && (node.tagName === 'img' || node.children.some(isShown));
}
