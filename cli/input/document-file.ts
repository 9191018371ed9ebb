import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { MAX_CONTENT_BYTES } from '@freshet/shared/contracts';
import { type ErrorCode, FreshetError } from '@freshet/shared/errors';
import { encodeContent } from '@freshet/sources/files/encode-content';
import { FORMATS } from '@freshet/sources/files/formats';
import { readRecords } from '@freshet/sources/files/records';
import { describeText } from './describe-text.ts';
import type { InputItem, InputSettings } from './read-inputs.ts';

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
  const skip = (code: ErrorCode, reason: string) => ({ skipped: { name, code, reason, ...known } });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    yield skip('FRESHET_CONTENT_UNREADABLE', (error as Error).message);
    return;
  }
  const encoded = encodeContent(bytes, mediaType);
  if (encoded && mediaType === 'application/jsonl') {
    yield* readRecords(encoded.content, { source, name });
    return;
  }
  if (!encoded) yield skip('FRESHET_CONTENT_CHARSET_INVALID', 'is not UTF-8');
  else if (encoded.content.trim() === '') yield skip('FRESHET_CONTENT_EMPTY', 'is empty');
  else if (bytes.length > MAX_CONTENT_BYTES)
    yield skip('FRESHET_CONTENT_TOO_LARGE', `is larger than ${MAX_CONTENT_BYTES / 1024} KiB`);
  else {
    const described = encoded.contentEncoding ? {} : describeText(encoded.content, mediaType);
    const changedAt = described.changedAt ?? (await stat(path)).mtime.toISOString();
    yield { document: { source, documentId: name, mediaType, ...encoded, ...described, changedAt } };
  }
}
