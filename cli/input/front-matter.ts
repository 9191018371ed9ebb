import type { DocumentInput } from '@freshet/shared/contracts';
import { describedFields } from '@freshet/sources/files/described-fields';
import { parse } from 'yaml';

/** What a Markdown file's YAML front matter says of it. Broken front matter says nothing. */
export function readFrontMatter(content: string): Partial<DocumentInput> {
  const yaml = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---\s*(?:\n|$)/.exec(content)?.[1];
  if (yaml === undefined) return {};
  try {
    const fields: unknown = parse(yaml, { maxAliasCount: 0 });
    return typeof fields === 'object' && fields !== null
      ? describedFields(fields as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
