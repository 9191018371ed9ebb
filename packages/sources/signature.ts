import { createHmac, timingSafeEqual } from 'node:crypto';
import { FreshetError } from '@freshet/shared/errors';
import type { WebhookRequest } from './index.ts';

/** The one value of a header; sent twice it is none, because nobody could say which of them was meant. */
export function singleHeader({ headers }: WebhookRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Compares a signature with the HMAC-SHA256 of the parts, in constant time.
 * @throws {FreshetError} `FRESHET_SIGNATURE_INVALID`
 */
export function checkSignature(
  signature: string | undefined,
  { secret, parts, encoding }: { secret: string; parts: (string | Buffer)[]; encoding: 'hex' | 'base64' },
): void {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  const expected = Buffer.from(hmac.digest(encoding));
  // Compared as text: a decoder would skip what is no hex or base64, and two texts would pass.
  const given = Buffer.from(signature ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new FreshetError('FRESHET_SIGNATURE_INVALID');
  }
}
