import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { MAX_CONTENT_BYTES, type MediaType } from '@freshet/shared/contracts';
import { request } from 'undici';
import { toDateTime } from './described-fields.ts';
import { readFrontMatter } from './front-matter.ts';
import { readHtmlHead } from './html-head.ts';
import type { InputItem, InputSettings } from './read-inputs.ts';

const TIMEOUT_MS = 30_000;
const MEDIA_TYPES: Record<string, MediaType> = {
  'text/html': 'text/html',
  'application/xhtml+xml': 'text/html',
  'text/markdown': 'text/markdown',
  'text/plain': 'text/plain',
};

/** The URLs of a list, one a line, `#` starting a comment; `undefined` for a file that holds anything else. */
export async function readUrlList(path: string): Promise<string[] | undefined> {
  if (!['.txt', '.urls', ''].includes(extname(path).toLowerCase())) return undefined;
  const file = await open(path);
  const urls: string[] = [];
  try {
    for await (const line of file.readLines()) {
      const url = line.trim();
      if (url === '' || url.startsWith('#')) continue;
      if (!/^https?:\/\/\S+$/.test(url)) return undefined;
      urls.push(url);
    }
  } finally {
    await file.close();
  }
  return urls.length > 0 ? urls : undefined;
}

/** One page as a document; its URL is its id. */
export async function fetchDocument(url: string, { source, signal }: InputSettings): Promise<InputItem> {
  const skip = (reason: string): InputItem => ({ skipped: { name: url, reason } });
  try {
    const { statusCode, headers, body } = await request(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: { accept: Object.keys(MEDIA_TYPES).join(', '), 'user-agent': 'freshet' },
    });
    const contentType = String(headers['content-type'] ?? '');
    const mediaType = MEDIA_TYPES[contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''];
    if (statusCode !== 200 || !mediaType) {
      await body.dump();
      return skip(
        statusCode === 200
          ? `is ${contentType || 'of no type'}, which is not read`
          : `answered ${statusCode}`,
      );
    }
    const charset = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
    const content = await readText(body, charset);
    if (content === undefined) return skip(`is larger than ${MAX_CONTENT_BYTES / 1024} KiB`);
    if (content.trim() === '') return skip('is empty');
    const changedAt = toDateTime(headers['last-modified']) ?? new Date().toISOString();
    const described = mediaType === 'text/markdown' ? readFrontMatter(content) : readHtmlHead(content);
    return { document: { source, documentId: url, uri: url, mediaType, content, changedAt, ...described } };
  } catch (error) {
    signal.throwIfAborted();
    return skip((error as Error).message);
  }
}

async function readText(body: AsyncIterable<Buffer>, charset: string): Promise<string | undefined> {
  const decoder = new TextDecoder(charset, { fatal: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_CONTENT_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
