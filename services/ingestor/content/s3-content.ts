import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { FreshetError } from '@freshet/shared/errors';
import { statusOf } from '@freshet/sources/s3/failure';
import { nameOf, type OpenContent } from './content-reader.ts';

export interface S3ContentOptions {
  /** Buckets, or `bucket/prefix` for the objects whose keys begin so. */
  buckets: readonly string[];
  client: S3Client;
}

const UNREADABLE = new Set([403, 404, 410]);

/** Fetches objects of allowed buckets, by the ingestor's own rights. */
export function createS3Content({ buckets, client }: S3ContentOptions): OpenContent {
  return async (url, signal) => {
    const { bucket, key } = parseS3Url(url);
    if (!buckets.some((allowed) => covers(allowed, bucket, key))) {
      const detail = `${nameOf(url)} is in no bucket that CONTENT_S3_BUCKETS names.`;
      throw new FreshetError('FRESHET_CONTENT_URL_REFUSED', { detail });
    }
    try {
      const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
        abortSignal: signal,
      });
      const body = Body as Readable;
      body.on('error', () => {});
      return { length: ContentLength, body, close: async () => void body.destroy() };
    } catch (cause) {
      const isGone = UNREADABLE.has(statusOf(cause) ?? 0);
      throw new FreshetError(isGone ? 'FRESHET_CONTENT_URL_UNREADABLE' : 'FRESHET_CONTENT_UNAVAILABLE', {
        detail: `${nameOf(url)} cannot be had: ${(cause as Error).name}.`,
        cause,
      });
    }
  };
}

/** Bucket and key of `s3://bucket/key`, the key percent-encoded as in any URL. */
function parseS3Url(url: URL): { bucket: string; key: string } {
  const refuse = (why: string) =>
    new FreshetError('FRESHET_CONTENT_URL_REFUSED', { detail: `${nameOf(url)} ${why}.` });
  if (url.search !== '' || url.hash !== '')
    throw refuse('has a query or a fragment: encode ? and # of a key');
  try {
    const key = decodeURIComponent(url.pathname.slice(1));
    if (key === '') throw refuse('names no object');
    return { bucket: url.host, key };
  } catch (error) {
    if (error instanceof FreshetError) throw error;
    throw refuse('is not percent-encoded');
  }
}

function covers(allowed: string, bucket: string, key: string): boolean {
  const [name, ...prefix] = allowed.split('/');
  return name === bucket && key.startsWith(prefix.join('/'));
}
