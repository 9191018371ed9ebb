import type { ElementContent, RootContent } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toHtml } from 'hast-util-to-html';

/** A piece of HTML with every element closed, so that it cannot reach into what follows; empty without any text. */
export function closedHtml(html: string): string {
  const tree = fromHtml(html, { fragment: true });
  return tree.children.some(isShown) ? toHtml(tree) : '';
}

export function escapeHtml(text: string): string {
  return toHtml({ type: 'text', value: text });
}

function isShown(node: RootContent | ElementContent): boolean {
  if (node.type === 'text') return node.value.trim() !== '';
  if (node.type !== 'element') return false;
  return (
    (node.tagName === 'img' && Boolean(node.properties['alt'])) ||
    (node.tagName !== 'script' && node.tagName !== 'style' && node.children.some(isShown))
  );
}
