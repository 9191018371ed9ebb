import type { S3Client } from '@aws-sdk/client-s3';
import { type Acl, DocumentId, type DocumentInput } from '@freshet/shared/contracts';
import { errorFromCode, FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { createVersionClock, type NextVersion } from '@freshet/shared/version-clock';
import pLimit from 'p-limit';
import { type ChangeIdentity, checked, deletion, refusal } from '../change.ts';
import type { FileItem } from '../files/item.ts';
import type { ListHeld, SourceChange, SourceReader } from '../index.ts';
import { listObjects } from './list-objects.ts';
import { holdsRecords, objectUri, typeOf } from './object.ts';
import { readObject } from './read-object.ts';

export interface S3ReaderOptions {
  name: string;
  tenant: string;
  source: string;
  bucket: string;
  /** Objects alone whose keys begin so. */
  prefix: string;
  /** Absent, the source's own default counts. */
  acl?: Acl | undefined;
  client: S3Client;
  /** Objects that one request to a list asks for. */
  pageSize: number;
  /** Tells which records of an object the index has: those that the object has no more are deleted. */
  held: ListHeld;
  nextVersion?: NextVersion | undefined;
}

interface ObjectRead {
  changes: SourceChange[];
  /** Of what names no document. */
  unreadable: FreshetError[];
}

/** What a notice of an object is called. */
export const OBJECT = 'object';

const CONCURRENT_OBJECTS = 4;
const documentId = createValidator(DocumentId);

/** Reads objects of a bucket, as `freshet ingest s3://bucket/prefix` does: the same documents under the same ids. */
export function createS3Reader({
  name,
  tenant,
  source,
  bucket,
  prefix,
  acl,
  client,
  pageSize,
  held,
  nextVersion = createVersionClock(),
}: S3ReaderOptions): SourceReader {
  const identify = (documentId: string, version: number): ChangeIdentity => ({
    tenant,
    source,
    documentId,
    version,
  });

  function toChange(item: FileItem, version: number): SourceChange | FreshetError {
    if ('document' in item) return checked(toUpsert(item.document, version));
    const { name, code = 'FRESHET_CONTENT_UNREADABLE', reason, documentId } = item.skipped;
    const error = errorFromCode(code, { detail: `${name} ${reason}.` });
    return documentId === undefined ? error : refusal(identify(documentId, version), undefined, error);
  }

  function toUpsert(document: DocumentInput, version: number) {
    const { changedAt = new Date().toISOString() } = document;
    return { ...document, ...(acl && !document.acl ? { acl } : {}), tenant, version, changedAt };
  }

  /** Records that the index has of an object, and the object has no more. */
  async function findMissing(key: string, items: readonly FileItem[], version: number, signal: AbortSignal) {
    const present = new Set(
      items.map((item) => ('document' in item ? item.document.documentId : item.skipped.documentId)),
    );
    const missing: SourceChange[] = [];
    for await (const { documentId, uri } of held({ tenant, source, prefix: `${key}#` }, signal)) {
      // An object whose own key goes on so is no record.
      const isObject = uri === objectUri({ bucket, key: documentId });
      if (!present.has(documentId) && !isObject) missing.push(deletion(identify(documentId, version)));
    }
    return missing;
  }

  async function readKey(key: string, signal: AbortSignal): Promise<ObjectRead> {
    if (!key.startsWith(prefix) || typeOf(key) === undefined) return { changes: [], unreadable: [] };
    if (!documentId.check(key)) {
      const detail = `The key ${JSON.stringify(key)} cannot be a document id: it is too long or has control characters.`;
      return { changes: [], unreadable: [new FreshetError('FRESHET_EVENT_INVALID', { detail })] };
    }
    const version = nextVersion();
    const items = await readObject(client, { bucket, key }, { source, signal });
    const changes: SourceChange[] = [];
    const unreadable: FreshetError[] = [];
    for (const item of items ?? []) {
      const outcome = toChange(item, version);
      if (outcome instanceof FreshetError) unreadable.push(outcome);
      else changes.push(outcome);
    }
    if (holdsRecords(key)) changes.push(...(await findMissing(key, items ?? [], version, signal)));
    else if (!items) changes.push(deletion(identify(key, version)));
    return { changes, unreadable };
  }

  return {
    name,
    tenant,
    source,

    async read({ kind, id }, signal) {
      if (kind === OBJECT) return { ...(await readKey(id, signal)), notices: [] };
      throw new FreshetError('FRESHET_EVENT_INVALID', {
        detail: `A bucket has nothing of the kind ${JSON.stringify(kind)}.`,
      });
    },

    async *backfill(cursor, signal) {
      const limit = pLimit(CONCURRENT_OBJECTS);
      for await (const page of listObjects(client, { bucket, prefix, after: cursor, pageSize }, signal)) {
        const last = page.at(-1);
        if (!last) continue;
        const read = await limit.map(page, ({ key }) => readKey(key, signal));
        yield {
          changes: read.flatMap(({ changes }) => changes),
          unreadable: read.flatMap(({ unreadable }) => unreadable),
          cursor: last.key,
        };
      }
    },

    async close() {
      client.destroy();
    },
  };
}
