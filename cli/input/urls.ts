import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { MAX_CONTENT_BYTES, MEDIA_TYPES, readContentType } from '@freshet/shared/contracts';
import type { ErrorCode } from '@freshet/shared/errors';
import { toDateTime } from '@freshet/sources/files/described-fields';
import { encodeContent } from '@freshet/sources/files/encode-content';
import { request } from 'undici';
import { describeText } from './describe-text.ts';
import type { InputItem, InputSettings } from './read-inputs.ts';

const TIMEOUT_MS = 30_000;
/** Read as HTML. */
const XHTML = 'application/xhtml+xml';
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
  const skip = (code: ErrorCode, reason: string): InputItem => ({
    skipped: { name: url, documentId: url, code, reason },
  });
  try {
    const { statusCode, headers, body } = await request(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: { accept: [...MEDIA_TYPES, XHTML].join(', '), 'user-agent': 'freshet' },
    });
    const contentType = String(headers['content-type'] ?? '');
    const type = readContentType(contentType.replace(XHTML, 'text/html'));
    if (statusCode !== 200 || !type) {
      await body.dump();
      return statusCode === 200
        ? skip('FRESHET_MEDIA_TYPE_UNSUPPORTED', `is ${contentType || 'of no type'}, which is not read`)
        : skip('FRESHET_CONTENT_URL_UNREADABLE', `answered ${statusCode}`);
    }
    const bytes = await readBytes(body);
    if (bytes === undefined) {
      return skip('FRESHET_CONTENT_TOO_LARGE', `is larger than ${MAX_CONTENT_BYTES / 1024} KiB`);
    }
    const { mediaType, charset = 'utf-8' } = type;
    const encoded = encodeContent(bytes, mediaType, charset);
    if (!encoded) return skip('FRESHET_CONTENT_CHARSET_INVALID', `is not valid ${charset}`);
    if (encoded.content.trim() === '') return skip('FRESHET_CONTENT_EMPTY', 'is empty');
    const changedAt = toDateTime(headers['last-modified']) ?? new Date().toISOString();
    const described = encoded.contentEncoding ? {} : describeText(encoded.content, mediaType);
    return {
      document: { source, documentId: url, uri: url, mediaType, ...encoded, changedAt, ...described },
    };
  } catch (error) {
    signal.throwIfAborted();
    return skip('FRESHET_CONTENT_URL_UNREADABLE', (error as Error).message);
  }
}

async function readBytes(body: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_CONTENT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
