import { createHash } from 'node:crypto';
import { MAX_CONTENT_BYTES, MAX_ENCODED_CHARACTERS, type UpsertedDocument } from './contracts/document.ts';
import { isBinary, readContentType } from './contracts/media-type.ts';
import { FreshetError } from './errors.ts';

export type InlineContent = Pick<UpsertedDocument, 'contentEncoding' | 'mediaType'> & { content: string };

/** Whether a document brings its content along, and does not say where it is. */
export function isInline<Document extends Pick<UpsertedDocument, 'content'>>(
  document: Document,
): document is Document & { content: string } {
  return document.content !== undefined;
}

/**
 * The content of a document, out of its encoding: text as it came, bytes of what was sent in base64.
 * @throws {FreshetError} `FRESHET_CONTENT_TOO_LARGE`, `FRESHET_CONTENT_ENCODING_INVALID`
 */
export function decodeContent({
  content,
  contentEncoding,
  mediaType,
}: InlineContent): string | Uint8Array<ArrayBuffer> {
  if (contentEncoding === 'base64') return decodeBase64(content);
  if (Buffer.byteLength(content) > MAX_CONTENT_BYTES) throw new FreshetError('FRESHET_CONTENT_TOO_LARGE');
  const known = readContentType(mediaType)?.mediaType;
  if (known && isBinary(known)) {
    throw new FreshetError('FRESHET_CONTENT_ENCODING_INVALID', {
      detail: `${known} is no text: send it in base64, with \`contentEncoding: "base64"\`.`,
    });
  }
  return content;
}

/** Whether two contents are the same: SHA-256 of the bytes as they were handed in, in hexadecimal. */
export function hashContent(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function decodeBase64(content: string): Uint8Array<ArrayBuffer> {
  if (content.length > MAX_ENCODED_CHARACTERS) throw new FreshetError('FRESHET_CONTENT_TOO_LARGE');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(content, { lastChunkHandling: 'strict' });
  } catch (cause) {
    throw new FreshetError('FRESHET_CONTENT_ENCODING_INVALID', {
      detail: 'The content is not base64 (RFC 4648, with padding).',
      cause,
    });
  }
  if (bytes.length > MAX_CONTENT_BYTES) throw new FreshetError('FRESHET_CONTENT_TOO_LARGE');
  return bytes;
}
