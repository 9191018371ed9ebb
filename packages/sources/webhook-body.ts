import { FreshetError } from '@freshet/shared/errors';
import { isNestedDeeper } from '@freshet/shared/http/json-body';

const MAX_DEPTH = 32;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON object of a webhook whose signature was checked.
 * @throws {FreshetError} `FRESHET_BODY_MALFORMED`
 */
export function parseWebhookBody(rawBody: Buffer): Record<string, unknown> {
  let body: unknown;
  try {
    if (!isNestedDeeper(rawBody, MAX_DEPTH)) body = JSON.parse(utf8.decode(rawBody));
  } catch (cause) {
    throw new FreshetError('FRESHET_BODY_MALFORMED', { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new FreshetError('FRESHET_BODY_MALFORMED', {
      detail: `The body is no JSON object nested at most ${MAX_DEPTH} deep.`,
    });
  }
  return body as Record<string, unknown>;
}

/**
 * The id of an object, which both sources count in whole numbers and send as a number or as text.
 * @throws {FreshetError} `FRESHET_REQUEST_INVALID`, naming the field.
 */
export function readId(value: unknown, field: string): string {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id === 'string' && /^[1-9]\d{0,19}$/.test(id)) return id;
  throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: `${field} is no id.` });
}

/** A field of an object that came from outside, if there is such an object and field. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
