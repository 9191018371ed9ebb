import type { OpenedContent } from './content-reader.ts';

/**
 * The bytes of content, in memory of their own, or `undefined` for more than `maxBytes`, told while they are read:
 * what a header declares is no bound.
 * @throws {Error} for content that ends before its declared length
 */
export async function readBounded(
  { length, body }: Pick<OpenedContent, 'length' | 'body'>,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const most = Math.min(maxBytes, length ?? maxBytes);
  // Grows in place, so that no second copy is held while the parts are put together.
  const buffer = new ArrayBuffer(length === undefined ? 0 : most, { maxByteLength: most });
  let end = 0;
  for await (const part of body) {
    signal.throwIfAborted();
    if (end + part.length > most) {
      if (most === maxBytes) return undefined;
      throw new Error(`more than the ${length} bytes that were declared`);
    }
    if (end + part.length > buffer.byteLength) {
      buffer.resize(Math.min(most, Math.max(end + part.length, 2 * buffer.byteLength)));
    }
    new Uint8Array(buffer).set(part, end);
    end += part.length;
  }
  if (length !== undefined && end < length) throw new Error(`${end} of ${length} bytes came`);
  // Of a fixed length: what is transferred to another thread must be.
  return new Uint8Array(buffer.transferToFixedLength(end));
}
