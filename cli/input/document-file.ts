import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { MAX_CONTENT_BYTES, type MediaType } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { describeText } from './describe-text.ts';
import { encodeContent } from './encode-content.ts';
import type { InputItem, InputSettings } from './read-inputs.ts';
import { readRecords } from './records.ts';

const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** File types that are read, by extension. */
export const FORMATS: Record<string, MediaType> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.tsv': 'text/csv', // the delimiter is told from the content
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.ndjson': 'application/jsonl',
  '.pdf': 'application/pdf',
  '.docx': `${OFFICE}.wordprocessingml.document`,
  '.pptx': `${OFFICE}.presentationml.presentation`,
  '.xlsx': `${OFFICE}.spreadsheetml.sheet`,
  '.eml': 'message/rfc822',
};

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
  // Records have ids of their own.
  const known = mediaType === 'application/jsonl' ? {} : { documentId: name };
  const skip = (reason: string) => ({ skipped: { name, reason, ...known } });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    yield skip((error as Error).message);
    return;
  }
  const encoded = encodeContent(bytes, mediaType);
  if (encoded && mediaType === 'application/jsonl') {
    yield* readRecords(encoded.content, { source, name });
    return;
  }
  if (!encoded) yield skip('is not UTF-8');
  else if (encoded.content.trim() === '') yield skip('is empty');
  else if (bytes.length > MAX_CONTENT_BYTES) yield skip(`is larger than ${MAX_CONTENT_BYTES / 1024} KiB`);
  else {
    const described = encoded.contentEncoding ? {} : describeText(encoded.content, mediaType);
    const changedAt = described.changedAt ?? (await stat(path)).mtime.toISOString();
    yield { document: { source, documentId: name, mediaType, ...encoded, ...described, changedAt } };
  }
}
