import { invalidChange } from './change.ts';

export type JsonObject = Record<string, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** So many digits in a row may be a whole number that a double cannot hold. */
const MAYBE_LARGE = /\d{16}/;

/**
 * JSON of a change record. Whole numbers beyond 2^53, which a bigint column may hold, become strings of their digits:
 * as doubles, two keys would become one.
 * @throws {FreshetError} `FRESHET_CHANGE_INVALID`
 */
export function parseChangeJson(bytes: Buffer): unknown {
  try {
    const text = utf8.decode(bytes);
    return MAYBE_LARGE.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (cause) {
    throw invalidChange('The record is not JSON in UTF-8; configure the JSON converter.', cause);
  }
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isExact = typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value);
  return isExact || !/^-?\d+$/.test(context?.source ?? '') ? value : context?.source;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
