import { extname } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { type DocumentInput, MAX_CONTENT_BYTES, MAX_REFERENCED_BYTES } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createS3Client, statusOf } from '@freshet/sources/s3/client';
import { FORMATS } from './document-file.ts';
import { encodeContent } from './encode-content.ts';
import type { InputItem, InputSettings } from './read-inputs.ts';
import { readRecords } from './records.ts';

/** An object, as a list of its bucket has it. */
interface ListedObject {
  bucket: string;
  key: string;
  size: number;
  /** Without its quotes. */
  etag: string;
  changedAt: string;
}

/**
 * The objects of `s3://bucket/prefix` in the order of their keys. Small ones are sent along, once somebody asks for
 * them by `load`; of larger ones the document says where they are. An object's key is its document's id, and its ETag
 * the attribute `etag`. What an object says of itself, as in front matter, does not count: not of all is it read here.
 * @throws {FreshetError} `FRESHET_SOURCE_UNAVAILABLE`, `FRESHET_SOURCE_REFUSED`
 */
export async function* readBucket(path: string, settings: InputSettings): AsyncGenerator<InputItem> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(path) ?? [];
  if (bucket === '')
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: `${path} names no bucket.` });
  const client = createS3Client(process.env['S3_ENDPOINT']);
  try {
    for await (const object of list(client, bucket, prefix, settings.signal)) {
      yield* readObject(client, object, settings);
    }
  } finally {
    client.destroy();
  }
}

async function* list(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  const pages = paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: prefix },
    { abortSignal: signal },
  );
  try {
    for await (const { Contents = [] } of pages) {
      for (const { Key: key, Size: size = 0, ETag = '', LastModified } of Contents) {
        // What ends so is a folder that a console made.
        if (key === undefined || key.endsWith('/')) continue;
        const changedAt = (LastModified ?? new Date()).toISOString();
        yield { bucket, key, size, etag: ETag.replaceAll('"', ''), changedAt };
      }
    }
  } catch (cause) {
    signal.throwIfAborted();
    const status = statusOf(cause);
    const isRefused = status !== undefined && status < 500 && status !== 429;
    throw new FreshetError(isRefused ? 'FRESHET_SOURCE_REFUSED' : 'FRESHET_SOURCE_UNAVAILABLE', {
      detail: `s3://${bucket}/${prefix} cannot be listed: ${(cause as Error).name}: ${(cause as Error).message}`,
      cause,
    });
  }
}

async function* readObject(
  client: S3Client,
  object: ListedObject,
  { source, signal }: InputSettings,
): AsyncGenerator<InputItem> {
  const { bucket, key, size, etag, changedAt } = object;
  const mediaType = FORMATS[extname(key).toLowerCase()];
  const isRecords = mediaType === 'application/jsonl';
  const uri = `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const skip = (reason: string): InputItem => ({
    skipped: { name: uri, reason, ...(isRecords ? {} : { documentId: key }) },
  });
  const fetch = async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    });
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  if (!mediaType) return yield skip(`files of type ${extname(key) || 'none'} are not read`);
  if (size === 0) return yield skip('is empty');
  if (size > MAX_REFERENCED_BYTES)
    return yield skip(`is larger than ${MAX_REFERENCED_BYTES / 1024 / 1024} MiB`);
  if (isRecords) {
    const encoded = await attempt(async () => encodeContent(await fetch(), mediaType) ?? 'is not UTF-8');
    if (typeof encoded === 'string') yield skip(encoded);
    else yield* readRecords(encoded.content, { source, name: key });
    return;
  }
  const known = { source, documentId: key, uri, mediaType, attributes: { etag }, changedAt };
  const document: DocumentInput = { ...known, contentUrl: uri };
  if (size > MAX_CONTENT_BYTES) yield { document };
  else {
    yield {
      document,
      load: async () => {
        const item = await attempt(load);
        return typeof item === 'string' ? skip(item) : item;
      },
    };
  }

  async function load(): Promise<InputItem> {
    const bytes = await fetch();
    const encoded = mediaType && encodeContent(bytes, mediaType);
    if (!encoded) return skip('is not UTF-8');
    if (encoded.content.trim() === '') return skip('is empty');
    // Written anew since it was listed: the next run has its size and its time.
    if (bytes.length > MAX_CONTENT_BYTES) return skip('changed while it was read');
    return { document: { ...known, ...encoded } };
  }

  /** An object that cannot be had now holds up no other. */
  async function attempt<Value>(work: () => Promise<Value | string>): Promise<Value | string> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      return `cannot be read: ${(error as Error).name}`;
    }
  }
}
