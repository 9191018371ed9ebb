import type { StoredManifest } from '@freshet/chunk-index';
import type { EventRecord } from '@freshet/shared/document-events';

/** Deletions of one append. */
const BATCH = 500;

export interface DeleteListedOptions {
  /** The deletion of one document. */
  toRecord(manifest: StoredManifest): EventRecord;
  append(records: EventRecord[]): Promise<unknown>;
  signal: AbortSignal;
}

/**
 * Appends a deletion for each document of a list, however long it is.
 * @returns how many there were
 */
export async function deleteListed(
  manifests: AsyncIterable<StoredManifest>,
  { toRecord, append, signal }: DeleteListedOptions,
): Promise<number> {
  let deleted = 0;
  let batch: EventRecord[] = [];
  const flush = async () => {
    if (batch.length > 0) await append(batch);
    deleted += batch.length;
    batch = [];
  };
  for await (const manifest of manifests) {
    signal.throwIfAborted();
    batch.push(toRecord(manifest));
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return deleted;
}
