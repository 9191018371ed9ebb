import type { MediaType } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { mislabelled } from './sniff.ts';

/**
 * Bytes as text. A byte order mark decides; else the charset that the media type names; else what the document
 * says of itself (HTML's `meta`); else UTF-8.
 * @throws {FreshetError} `FRESHET_CONTENT_CHARSET_INVALID`, `FRESHET_CONTENT_MISLABELLED`
 */
export function decodeText(bytes: Uint8Array, mediaType: MediaType, charset: string | undefined): string {
  const name =
    markOf(bytes) ?? charset ?? (mediaType === 'text/html' ? declaredIn(bytes) : undefined) ?? 'utf-8';
  const decoder = openDecoder(name);
  try {
    const text = decoder.decode(bytes);
    if (!decoder.encoding.startsWith('utf-16') && hasManyNuls(bytes)) throw mislabelled(mediaType, 'binary');
    return text;
  } catch (cause) {
    if (cause instanceof FreshetError) throw cause;
    if (!decoder.encoding.startsWith('utf-16') && bytes.includes(0)) throw mislabelled(mediaType, 'binary');
    throw invalid(`The bytes are not ${name}.`, cause);
  }
}

function openDecoder(name: string): TextDecoder {
  try {
    return new TextDecoder(name, { fatal: true });
  } catch (cause) {
    throw invalid(`There is no charset ${JSON.stringify(name)}.`, cause);
  }
}

function markOf([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
}

/** What a page declares in its first 1024 bytes, where HTML wants it (WHATWG, 13.2.3.2). */
function declaredIn(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  const name = /<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1];
  // A page that can be read so far as to say UTF-16 is in UTF-8 (13.2.3.3).
  return name && /^utf-?16/i.test(name) ? 'utf-8' : name;
}

function hasManyNuls(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 4096);
  return head.filter((byte) => byte === 0).length > Math.max(8, head.length / 10);
}

function invalid(detail: string, cause: unknown): FreshetError {
  return new FreshetError('FRESHET_CONTENT_CHARSET_INVALID', {
    detail: `${detail} Name the right charset in mediaType, or convert the content to UTF-8.`,
    cause,
  });
}
