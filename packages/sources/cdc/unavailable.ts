import { createHash } from 'node:crypto';
import { isObject } from './json.ts';

/** What Debezium puts where a value is missing, unless `unavailable.value.placeholder` says otherwise. */
export const DEFAULT_PLACEHOLDER = '__debezium_unavailable_value';

/**
 * A check for Debezium's placeholder, in every form that it takes: text and json as it is; bytea in base64 or hex; a
 * list of it, of its bytes, or of the UUID that is made of it, in arrays; a map of it to itself for hstore.
 */
export function createUnavailableCheck(placeholder: string): (value: unknown) => boolean {
  const bytes = Buffer.from(placeholder);
  const texts = new Set([
    placeholder,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]);
  const uuid = nameUuid(bytes);
  return (value) => {
    if (typeof value === 'string') return texts.has(value);
    if (Array.isArray(value)) {
      if (value.length === 1 && (value[0] === placeholder || value[0] === uuid)) return true;
      return value.length === bytes.length && value.every((item, i) => item === bytes[i]);
    }
    return isObject(value) && value[placeholder] === placeholder;
  };
}

/** Java's UUID.nameUUIDFromBytes: version 3 without a namespace (RFC 9562, section 5.3). */
function nameUuid(name: Buffer): string {
  const hash = createHash('md5').update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x30;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
