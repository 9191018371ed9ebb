import { extname } from 'node:path';
import {
  type DocumentInput,
  MAX_CONTENT_BYTES,
  MAX_REFERENCED_BYTES,
  type MediaType,
} from '@freshet/shared/contracts';
import type { ErrorCode } from '@freshet/shared/errors';
import { FORMATS } from '../files/formats.ts';
import type { SkippedInput } from '../files/item.ts';

export interface ObjectRef {
  bucket: string;
  key: string;
}

/** An object, as a list of its bucket has it, or an answer that begins to give it. */
export interface S3Object extends ObjectRef {
  /** Bytes. */
  size: number;
  /** Without its quotes. */
  etag: string;
  changedAt: string;
}

interface Described {
  ETag?: string | undefined;
  LastModified?: Date | undefined;
  size: number | undefined;
}

/** Times are cut to seconds: an answer has no more, though the lists of some servers do, and both must agree. */
export function toObject(
  { bucket, key }: ObjectRef,
  { ETag = '', LastModified = new Date(), size = 0 }: Described,
): S3Object {
  const changedAt = new Date(Math.floor(LastModified.valueOf() / 1000) * 1000).toISOString();
  return { bucket, key, size, etag: ETag.replaceAll('"', ''), changedAt };
}

/** The type that the key's extension says; `undefined` for what is not read, such as folders that a console made. */
export function typeOf(key: string): MediaType | undefined {
  return key.endsWith('/') ? undefined : FORMATS[extname(key).toLowerCase()];
}

/** Whether the object holds a document a line, with ids of their own. */
export function holdsRecords(key: string): boolean {
  return typeOf(key) === 'application/jsonl';
}

export function objectUri({ bucket, key }: ObjectRef): string {
  return `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** Of an object that gives no document: records have ids of their own, any other object is its document. */
export function skipObject(object: ObjectRef, code: ErrorCode, reason: string): { skipped: SkippedInput } {
  const known = holdsRecords(object.key) ? {} : { documentId: object.key };
  return { skipped: { name: objectUri(object), code, reason, ...known } };
}

/**
 * The document of an object, as far as that is known without its content: of which it says where it is. An object's
 * key is its document's id, and its ETag the attribute `etag`. What an object says of itself, as in front matter, does
 * not count: not of all is it read here.
 */
export function describeObject(
  object: S3Object,
  source: string,
): { document: DocumentInput; isSmall: boolean } | { skipped: SkippedInput } {
  const { key, size, etag, changedAt } = object;
  const mediaType = typeOf(key);
  const uri = objectUri(object);
  if (!mediaType) {
    const extension = extname(key) || 'none';
    return skipObject(object, 'FRESHET_MEDIA_TYPE_UNSUPPORTED', `files of type ${extension} are not read`);
  }
  if (size === 0) return skipObject(object, 'FRESHET_CONTENT_EMPTY', 'is empty');
  if (size > MAX_REFERENCED_BYTES) {
    const limit = `${MAX_REFERENCED_BYTES / 1024 / 1024} MiB`;
    return skipObject(object, 'FRESHET_CONTENT_TOO_LARGE', `is larger than ${limit}`);
  }
  const document = { source, documentId: key, uri, mediaType, attributes: { etag }, changedAt };
  return { document: { ...document, contentUrl: uri }, isSmall: size <= MAX_CONTENT_BYTES };
}
