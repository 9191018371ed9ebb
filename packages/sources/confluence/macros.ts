import { type ChildNode, type Element, isTag } from 'domhandler';
import type { ElementContent } from 'hast';
import { attribute, child, element, plainText, text } from './nodes.ts';

/** Raw HTML and CSS that a site lets its authors write. */
const UNREAD = new Set(['html', 'html-include', 'style']);

/**
 * What a macro shows: the body that its author wrote, under its title. A macro without a body is made of other pages
 * (a table of contents, a list of children), and shows nothing of its own.
 */
export function macroContent(
  macro: Element,
  convertAll: (nodes: readonly ChildNode[]) => ElementContent[],
): ElementContent[] {
  const name = attribute(macro, 'ac:name') ?? '';
  if (UNREAD.has(name)) return [];
  const title = parameter(macro, 'title');
  if (name === 'status') return title === undefined ? [] : [text(title)];
  const heading = title === undefined ? [] : [element('p', [element('strong', [text(title)])])];
  const rich = child(macro, 'ac:rich-text-body');
  if (rich) return [...heading, element('div', convertAll(rich.children))];
  const plain = child(macro, 'ac:plain-text-body');
  if (!plain) return [];
  return [...heading, element('pre', [element('code', [text(plainText(plain.children))])])];
}

function parameter(macro: Element, name: string): string | undefined {
  const found = macro.children
    .filter(isTag)
    .find((node) => node.name === 'ac:parameter' && attribute(node, 'ac:name') === name);
  const value = found && plainText(found.children).trim();
  return value === '' ? undefined : value;
}
