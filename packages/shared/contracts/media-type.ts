import { MIMEType } from 'node:util';

/** What Freshet reads; docs/formats.md says what is kept of each. */
export const TEXT_TYPES = [
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
