import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type DocumentInput, MAX_CONTENT_BYTES, type MediaType } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { readFrontMatter } from './front-matter.ts';
import { readHtmlHead } from './html-head.ts';
import type { InputItem, InputSettings } from './read-inputs.ts';
import { readRecords } from './records.ts';

/** File types that are read, by extension. */
export const FORMATS: Record<string, MediaType> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.txt': 'text/plain',
  '.jsonl': 'application/jsonl',
  '.ndjson': 'application/jsonl',
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The documents of one file; JSON Lines hold one a line. */
export async function* readDocumentFile(
  path: string,
  name: string,
  { source }: InputSettings,
): AsyncGenerator<InputItem> {
  const mediaType = FORMATS[extname(path).toLowerCase()];
  if (!mediaType) {
    const known = Object.keys(FORMATS).join(', ');
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: `${path}: Freshet reads ${known}.` });
  }
  let content: string;
  try {
    content = utf8.decode(await readFile(path));
  } catch (error) {
    const reason = error instanceof TypeError ? 'is not UTF-8' : (error as Error).message;
    yield { skipped: { name, reason } };
    return;
  }
  if (mediaType === 'application/jsonl') {
    yield* readRecords(content, { source, name });
    return;
  }
  if (content.trim() === '') {
    yield { skipped: { name, reason: 'is empty' } };
    return;
  }
  if (Buffer.byteLength(content) > MAX_CONTENT_BYTES) {
    yield { skipped: { name, reason: `is larger than ${MAX_CONTENT_BYTES / 1024} KiB` } };
    return;
  }
  const described = describe(content, mediaType);
  const changedAt = described.changedAt ?? (await stat(path)).mtime.toISOString();
  yield { document: { source, documentId: name, mediaType, content, ...described, changedAt } };
}

function describe(content: string, mediaType: MediaType): Partial<DocumentInput> {
  if (mediaType === 'text/markdown') return readFrontMatter(content);
  return mediaType === 'text/html' ? readHtmlHead(content) : {};
}
