import { documentKey, fenceOf, type Manifest } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { Client } from '@opensearch-project/opensearch';
import type { DocumentWrite, WriteOutcome } from '../index.ts';
import { type BulkOptions, bulk, type Operation } from './bulk.ts';
import {
  chunkId,
  documentId,
  type ManifestDocument,
  toChunkDocument,
  toManifestDocument,
} from './documents.ts';

export interface WriterOptions {
  client: Client;
  /** Names of the aliases that are written to. */
  chunks: string;
  manifests: string;
  /** Realtime. */
  readManifests(keys: readonly string[]): Promise<(ManifestDocument | undefined)[]>;
  /** Rejects when the index is not what the configuration says. */
  verify(): Promise<void>;
  bulkOptions?: BulkOptions;
}

/** A document on its way: what its write is, and how far it has come. */
interface Task {
  key: string;
  write: DocumentWrite;
  /** Chunks of the document may have ordinals up to this one, exclusive. */
  ordinals: number;
  outcome: WriteOutcome | FreshetError | undefined;
}

/**
 * Writes documents in three steps, each of which may be repeated after a crash: the manifest as pending, under its
 * version; then chunks, and the removal of what older versions had more; then the manifest as complete. A state
 * that loses in any step is `stale`, and takes back the chunks that it wrote.
 */
export function createWriter({
  client,
  chunks,
  manifests,
  readManifests,
  verify,
  bulkOptions,
}: WriterOptions): (documents: readonly DocumentWrite[]) => Promise<(WriteOutcome | FreshetError)[]> {
  const apply = (operations: Operation[]) => bulk(client, operations, bulkOptions);

  const manifestOperation = ({ key, write: { manifest, chunks }, ordinals }: Task, isPending: boolean) => ({
    index: manifests,
    id: documentId(key),
    version: fenceOf(manifest),
    document: toManifestDocument(manifest, { isPending, ordinals: isPending ? ordinals : chunks.length }),
  });

  function chunkOperations({ key, write: { manifest, chunks: present }, ordinals }: Task): Operation[] {
    const operation = (ordinal: number) => ({
      index: chunks,
      id: chunkId(key, ordinal),
      version: fenceOf(manifest),
    });
    const written = present.map((chunk) => ({
      ...operation(chunk.ordinal),
      document: toChunkDocument(manifest, chunk),
    }));
    const removed = Array.from({ length: Math.max(0, ordinals - present.length) }, (_, i) =>
      operation(present.length + i),
    );
    return [...written, ...removed];
  }

  async function putManifests(tasks: Task[], isPending: boolean): Promise<void> {
    const outcomes = await apply(tasks.map((task) => manifestOperation(task, isPending)));
    for (const [i, outcome] of outcomes.entries()) settle(tasks[i] as Task, outcome);
  }

  async function putChunks(tasks: Task[]): Promise<void> {
    const operations = tasks.map(chunkOperations);
    const outcomes = await apply(operations.flat());
    let from = 0;
    for (const [i, { length }] of operations.entries()) {
      for (const outcome of outcomes.slice(from, from + length)) settle(tasks[i] as Task, outcome);
      from += length;
    }
  }

  /** A newer version came in between, and may not have known of chunks beyond its own: they go. */
  async function takeBack(tasks: Task[]): Promise<void> {
    await apply(tasks.flatMap((task) => chunkOperations(task).map(({ document, ...deletion }) => deletion)));
  }

  return async (documents) => {
    const tasks = documents.map((write): Task => {
      return { key: documentKey(write.manifest), write, ordinals: write.chunks.length, outcome: undefined };
    });
    const stored = await readManifests(tasks.map(({ key }) => key));
    for (const [i, task] of tasks.entries()) {
      const known = stored[i];
      if (known && isStale(task.write.manifest, known)) task.outcome = 'stale';
      task.ordinals = Math.max(task.ordinals, known?.ordinals ?? 0);
    }
    await putManifests(tasks.filter(isOpen), true);
    const begun = tasks.filter(isOpen);
    await putChunks(begun);
    await putManifests(begun.filter(isOpen), false);
    const beaten = begun.filter(({ outcome }) => outcome === 'stale');
    if (beaten.length > 0) await takeBack(beaten);
    // Refused documents, or an index that takes none of ours: the second is no fault of the document.
    if (tasks.some(({ outcome }) => outcome instanceof FreshetError)) await verify();
    return tasks.map(({ outcome }) => outcome ?? 'written');
  };
}

function isStale(manifest: Manifest, stored: ManifestDocument): boolean {
  const [wanted, known] = [fenceOf(manifest), fenceOf(stored.manifest)];
  return wanted < known || (wanted === known && !stored.isPending);
}

function isOpen({ outcome }: Task): boolean {
  return outcome === undefined;
}

function settle(task: Task, outcome: { result: string; reason?: string }): void {
  if (outcome.result === 'poison') {
    task.outcome = new FreshetError('FRESHET_DOCUMENT_REJECTED', {
      detail: `OpenSearch refuses ${task.key}: ${outcome.reason}`,
    });
  } else if (outcome.result === 'stale') task.outcome ??= 'stale';
}
