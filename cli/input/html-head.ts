import type { DocumentInput } from '@freshet/shared/contracts';
import { toDateTime } from '@freshet/sources/files/described-fields';

/** When a page changed, by the `meta` names in use. Its title is read by the ingestor. */
export function readHtmlHead(content: string): Partial<DocumentInput> {
  const head = content.slice(0, 65_536);
  for (const name of ['dcterms.modified', 'last-modified', 'article:modified_time']) {
    const tag = new RegExp(`<meta[^>]+(?:name|property)=["']${name.replace('.', '\\.')}["'][^>]*>`, 'i').exec(
      head,
    )?.[0];
    const changedAt = toDateTime(tag && /content=["']([^"']+)["']/i.exec(tag)?.[1]);
    if (changedAt) return { changedAt };
  }
  return {};
}
