import { type DocumentInput, isBinary, type MediaType } from '@freshet/shared/contracts';

/**
 * Bytes as the contract carries them: text as such, and in base64 what is no text or what says by itself in
 * which charset it is, by a byte order mark or in HTML. `undefined` for other text that is not in its charset.
 */
export function encodeContent(
  bytes: Buffer,
  mediaType: MediaType,
  charset = 'utf-8',
): (Pick<DocumentInput, 'contentEncoding'> & { content: string }) | undefined {
  const encoded = { content: bytes.toString('base64'), contentEncoding: 'base64' } as const;
  // Parts of an email are each in a charset of their own.
  if (isBinary(mediaType) || mediaType === 'message/rfc822') return encoded;
  try {
    return { content: new TextDecoder(charset, { fatal: true }).decode(bytes) };
  } catch {
    if (mediaType === 'application/jsonl') return undefined;
    return /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2)) || declaresCharset(bytes, mediaType)
      ? encoded
      : undefined;
  }
}

function declaresCharset(bytes: Buffer, mediaType: MediaType): boolean {
  return mediaType === 'text/html' && /<meta[^>]+charset/i.test(bytes.toString('latin1', 0, 1024));
}
