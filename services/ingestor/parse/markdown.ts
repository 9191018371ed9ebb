import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import { parse as parseYaml } from 'yaml';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { parseHtmlFragment } from './html.ts';
import { addBlocks } from './mdast-blocks.ts';

/** Hugo and Liquid tags: what they show is their `text`, if they have one. */
const TEMPLATE_TAG = /\{\{[<%][^}]*[>%]\}\}|\{%[^%]*%\}/g;

/** Parses GitHub Flavored Markdown, with front matter, raw HTML and the template tags of site generators. */
export function parseMarkdown(markdown: string): ParsedDocument {
  const source = markdown.replace(TEMPLATE_TAG, (tag) => /\btext="([^"]*)"/.exec(tag)?.[1] ?? '');
  const tree = fromMarkdown(source, {
    extensions: [gfm(), frontmatter(['yaml'])],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown(['yaml'])],
  });
  const builder = createBlockBuilder();
  const [first] = tree.children;
  const { title, description } = first?.type === 'yaml' ? readFrontMatter(first.value) : {};
  if (description) builder.add('text', description);
  addBlocks(builder, tree.children, { parseHtml: parseHtmlFragment });
  return builder.finish(title);
}

interface FrontMatter {
  title?: string;
  description?: string;
}

function readFrontMatter(yaml: string): FrontMatter {
  let values: unknown;
  try {
    values = parseYaml(yaml, { maxAliasCount: 0 });
  } catch {
    return {}; // a page with broken front matter is still worth reading
  }
  if (typeof values !== 'object' || values === null) return {};
  const { title, description } = values as Record<string, unknown>;
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof description === 'string' ? { description: description.replace(/\s+/g, ' ') } : {}),
  };
}
