import type { S3Client } from '@aws-sdk/client-s3';
import { codeOf, FreshetError } from '@freshet/shared/errors';
import { createVersionClock } from '@freshet/shared/version-clock';
import type { FileItem } from '@freshet/sources/files/item';
import { createS3Client } from '@freshet/sources/s3/client';
import { listObjects } from '@freshet/sources/s3/list-objects';
import { describeObject, holdsRecords, type S3Object, skipObject } from '@freshet/sources/s3/object';
import { readObject } from '@freshet/sources/s3/read-object';
import type { InputItem, InputSettings } from './read-inputs.ts';

/**
 * The objects of `s3://bucket/prefix` in the order of their keys. Small ones are sent along, once somebody asks for
 * them by `load`; of larger ones the document says where they are. Versions are a clock that was read before the object
 * was, as those of a connector: what a notice of the bucket made of it since then stays.
 * @throws {FreshetError} `FRESHET_SOURCE_UNAVAILABLE`, `FRESHET_SOURCE_REFUSED`
 */
export async function* readBucket(path: string, settings: InputSettings): AsyncGenerator<InputItem> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(path) ?? [];
  if (bucket === '')
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: `${path} names no bucket.` });
  const client = createS3Client(process.env['S3_ENDPOINT']);
  const nextVersion = createVersionClock();
  try {
    let listed = nextVersion();
    for await (const page of listObjects(client, { bucket, prefix }, settings.signal)) {
      for (const object of page) yield* readListed(client, object, settings, { listed, nextVersion });
      listed = nextVersion();
    }
  } finally {
    client.destroy();
  }
}

async function* readListed(
  client: S3Client,
  object: S3Object,
  settings: InputSettings,
  { listed, nextVersion }: { listed: number; nextVersion: () => number },
): AsyncGenerator<InputItem> {
  /** An object that cannot be had now holds up no other. */
  async function read(): Promise<FileItem[]> {
    const version = nextVersion();
    try {
      const items = await readObject(client, object, settings);
      if (!items) return [skipObject(object, 'FRESHET_CONTENT_URL_UNREADABLE', 'went while it was read')];
      return items.map((item) => ('document' in item ? { document: { ...item.document, version } } : item));
    } catch (error) {
      settings.signal.throwIfAborted();
      return [skipObject(object, codeOf(error), (error as Error).message)];
    }
  }

  const described = describeObject(object, settings.source);
  if ('skipped' in described) yield described;
  else if (holdsRecords(object.key)) yield* await read();
  else {
    const document = { ...described.document, version: listed };
    if (described.isSmall) yield { document, load: async () => (await read())[0] as FileItem };
    else yield { document };
  }
}
