import { type ChildNode, Element, isCDATA, isText } from 'domhandler';
import { decodeHTML } from 'entities';
import type { ElementContent, Element as HastElement } from 'hast';

/** The first child element of a name. */
export function child(node: Element, name: string): Element | undefined {
  return node.children.find((item): item is Element => item instanceof Element && item.name === name);
}

export function attribute(node: Element, name: string): string | undefined {
  const value = node.attribs[name];
  return value === undefined || value === '' ? undefined : decodeHTML(value);
}

/** Text and CDATA below some nodes, as it was written. */
export function plainText(nodes: readonly ChildNode[]): string {
  return nodes
    .map((node) => {
      if (isText(node)) return node.parent && isCDATA(node.parent) ? node.data : decodeHTML(node.data);
      return 'children' in node ? plainText(node.children) : '';
    })
    .join('');
}

export function text(value: string): ElementContent {
  return { type: 'text', value };
}

export function element(
  tagName: string,
  children: ElementContent[],
  properties: HastElement['properties'] = {},
): HastElement {
  return { type: 'element', tagName, properties, children };
}
