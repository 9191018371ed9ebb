import type { RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import { parse as parseYaml } from 'yaml';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { parseHtmlFragment } from './html.ts';
import { addBlocks } from './mdast-blocks.ts';

/** Hugo and Liquid tags, outside code as inside it. */
const TEMPLATE_TAG = /\{\{[<%][^{}]*[>%]\}\}|\{%[^%]*%\}/g;
/** What a tag shows: its text, the term that it explains, or the heading that it stands for. */
const SHOWN = [
  /\btext=(["'`])(?<shown>.*?)\1/s,
  /\bglossary_tooltip\b.*?\bterm_id=(["'`])(?<shown>.*?)\1/s,
  /^\{\{[<%]\s*heading\s+"(?<shown>[^"]*)"/,
];

/** Parses GitHub Flavored Markdown, with front matter, raw HTML and the template tags of site generators. */
export function parseMarkdown(markdown: string): ParsedDocument {
  const source = markdown.replace(TEMPLATE_TAG, shownBy);
  const tree = fromMarkdown(source, {
    extensions: [gfm(), frontmatter(['yaml', 'toml'])],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown(['yaml', 'toml'])],
  });
  const builder = createBlockBuilder();
  const { title, description } = readFrontMatter(tree.children[0]);
  if (description) builder.add('text', description);
  addBlocks(builder, tree.children, { parseHtml: parseHtmlFragment });
  return builder.finish(title);
}

function shownBy(tag: string): string {
  const [text, ...names] = SHOWN.map((pattern) => pattern.exec(tag)?.groups?.['shown']);
  return text ?? names.find((name) => name !== undefined)?.replaceAll('-', ' ') ?? '';
}

interface FrontMatter {
  title?: string;
  description?: string;
}

function readFrontMatter(node: RootContent | undefined): FrontMatter {
  if (node?.type === 'toml') {
    const title = /^title\s*=\s*(["'])(.*)\1\s*$/m.exec(node.value)?.[2];
    return title ? { title } : {};
  }
  if (node?.type !== 'yaml') return {};
  let values: unknown;
  try {
    values = parseYaml(node.value, { maxAliasCount: 0 });
  } catch {
    return {}; // a page with broken front matter is still worth reading
  }
  if (typeof values !== 'object' || values === null) return {};
  const { title, description } = values as Record<string, unknown>;
  return {
    ...(typeof title === 'string' || typeof title === 'number' ? { title: String(title) } : {}),
    ...(typeof description === 'string' ? { description: description.replace(/\s+/g, ' ') } : {}),
  };
}
