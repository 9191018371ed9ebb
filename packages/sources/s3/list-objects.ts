import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { toSourceError } from './failure.ts';
import { type S3Object, toObject } from './object.ts';

export interface ListOptions {
  bucket: string;
  prefix: string;
  /** Only objects whose keys stand after this one. */
  after?: string | undefined;
  /** Objects a page; 1000 by default, and at most. */
  pageSize?: number | undefined;
}

/**
 * The objects of a bucket whose keys begin so, in the order of their keys, page by page; a page is asked for when it
 * is wanted. Folders that a console made are left out.
 * @throws {FreshetError} `FRESHET_SOURCE_UNAVAILABLE`, `FRESHET_SOURCE_REFUSED`
 */
export async function* listObjects(
  client: S3Client,
  { bucket, prefix, after, pageSize }: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<S3Object[]> {
  const pages = paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: prefix, StartAfter: after, MaxKeys: pageSize },
    { abortSignal: signal },
  );
  try {
    for await (const { Contents = [] } of pages) {
      yield Contents.flatMap(({ Key: key, Size: size, ETag, LastModified }) =>
        key === undefined || key.endsWith('/')
          ? []
          : [toObject({ bucket, key }, { ETag, LastModified, size })],
      );
    }
  } catch (error) {
    signal.throwIfAborted();
    throw toSourceError(error, `s3://${bucket}/${prefix} cannot be listed`);
  }
}
