import type { DocumentInput, MediaType } from '@freshet/shared/contracts';
import { readFrontMatter } from './front-matter.ts';
import { readHtmlHead } from './html-head.ts';

/** What a text says of itself, in front matter or in the head of a page. */
export function describeText(content: string, mediaType: MediaType): Partial<DocumentInput> {
  if (mediaType === 'text/markdown') return readFrontMatter(content);
  return mediaType === 'text/html' ? readHtmlHead(content) : {};
}
