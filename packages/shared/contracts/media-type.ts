import { MIMEType } from 'node:util';
import { Type } from 'typebox';

/** What Freshet reads; docs/formats.md says what is kept of each. */
const TEXT_TYPES = [
  'text/markdown',
  'text/html',
  'text/plain',
  'text/csv',
  'application/json',
  'application/jsonl',
  'message/rfc822',
] as const;
const BINARY_TYPES = [
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
] as const;

export const MEDIA_TYPES = [...TEXT_TYPES, ...BINARY_TYPES] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

const escaped = MEDIA_TYPES.map((type) => type.replace(/[.+]/g, '\\$&')).join('|');
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

/** A media type with its parameters, as HTTP's Content-Type has it (RFC 9110, 8.3). */
export const ContentType = Type.String({
  maxLength: 255,
  pattern: `^(${escaped})([ \\t]*;[ \\t]*${TOKEN}=(${TOKEN}|"[^"\\\\]*"))*$`,
  description:
    'How `content` is written. `charset` counts for content in base64; other parameters are not looked at.',
});

/** A content type's parts; `undefined` for what is none or is not read. */
export function readContentType(
  value: string,
): { mediaType: MediaType; charset: string | undefined } | undefined {
  try {
    const { essence, params } = new MIMEType(value);
    const mediaType = MEDIA_TYPES.find((known) => known === essence);
    return mediaType && { mediaType, charset: params.get('charset') ?? undefined };
  } catch {
    return undefined;
  }
}

/** Whether content of the type can be no string in JSON and so comes in base64. */
export function isBinary(mediaType: MediaType): boolean {
  return BINARY_TYPES.some((binary) => binary === mediaType);
}
