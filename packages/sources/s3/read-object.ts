import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { MAX_CONTENT_BYTES, MAX_REFERENCED_BYTES } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { encodeContent } from '../files/encode-content.ts';
import type { FileItem } from '../files/item.ts';
import { readRecords } from '../files/records.ts';
import { statusOf, toSourceError } from './failure.ts';
import {
  describeObject,
  holdsRecords,
  type ObjectRef,
  objectUri,
  type S3Object,
  skipObject,
  toObject,
} from './object.ts';

/**
 * What an object holds now: its document, or its records, or why it gives none; `undefined` for one that is not there.
 * Content up to 512 KiB is sent along. Of more the document says where it is, and no more than the beginning is read.
 * @throws {FreshetError} `FRESHET_SOURCE_UNAVAILABLE`, `FRESHET_SOURCE_REFUSED`
 */
export async function readObject(
  client: S3Client,
  ref: ObjectRef,
  { source, signal }: { source: string; signal: AbortSignal },
): Promise<FileItem[] | undefined> {
  let answer: GetObjectCommandOutput;
  try {
    const command = new GetObjectCommand({ Bucket: ref.bucket, Key: ref.key });
    answer = await client.send(command, { abortSignal: signal });
  } catch (error) {
    signal.throwIfAborted();
    const { name } = error as Error;
    // Not a bucket that is missing, which says nothing of its objects.
    if (statusOf(error) === 404 && name !== 'NoSuchBucket') return undefined;
    if (name === 'InvalidObjectState') {
      const reason = 'is archived: restore it';
      return [skipObject(ref, 'FRESHET_CONTENT_URL_UNREADABLE', reason)];
    }
    throw toSourceError(error, `${objectUri(ref)} cannot be read`);
  }
  const { ETag, LastModified, ContentLength: size, Body } = answer;
  const object = toObject(ref, { ETag, LastModified, size });
  const described = describeObject(object, source);
  const isWanted = 'document' in described && (described.isSmall || holdsRecords(ref.key));
  if (!isWanted) {
    (Body as { destroy?: () => void } | undefined)?.destroy?.();
    return ['document' in described ? { document: described.document } : described];
  }
  const bytes = await readBytes(Body, object).catch((error) => {
    signal.throwIfAborted();
    throw toSourceError(error, `${objectUri(ref)} broke off`);
  });
  const { contentUrl: _, ...document } = described.document;
  const encoded = encodeContent(bytes, document.mediaType as Parameters<typeof encodeContent>[1]);
  if (!encoded) return [skipObject(ref, 'FRESHET_CONTENT_CHARSET_INVALID', 'is not UTF-8')];
  if (holdsRecords(ref.key)) return [...readRecords(encoded.content, { source, name: ref.key })];
  if (encoded.content.trim() === '') return [skipObject(ref, 'FRESHET_CONTENT_EMPTY', 'is empty')];
  return [{ document: { ...document, ...encoded } }];
}

/** A server that sends more than it said is not believed. */
async function readBytes(body: GetObjectCommandOutput['Body'], object: S3Object): Promise<Buffer> {
  const most = holdsRecords(object.key) ? MAX_REFERENCED_BYTES : MAX_CONTENT_BYTES;
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) {
      throw new FreshetError('FRESHET_SOURCE_REFUSED', {
        detail: `${objectUri(object)} is longer than it says.`,
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
