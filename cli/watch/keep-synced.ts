import { extname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Acl } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { FORMATS } from '@freshet/sources/files/formats';
import type { FreshetClient } from '../client.ts';
import { type IngestReport, ingest } from '../ingest.ts';
import { nameBelow, readFileOf } from '../input/read-inputs.ts';
import { beginSync, type Sync } from '../sync.ts';
import type { ChangedFiles, FolderWatch } from './changed-files.ts';

export interface KeepSyncedOptions {
  client: FreshetClient;
  /** The folder that `changes` watches. */
  root: string;
  changes: FolderWatch;
  source: string;
  acl?: Acl | undefined;
  /** Deletes nothing at once that is more than this share of the source's documents, beside a few. */
  maxDeleted: number;
  signal: AbortSignal;
  onReport: (report: WatchReport) => void;
  /** Told what failed and will be tried again. */
  onRetry: (error: FreshetError) => void;
}

export interface WatchReport {
  indexed: number;
  deleted: number;
  skipped: IngestReport['skipped'];
}

/** Somebody who tidies up; more are looked at as a share of what there is. */
const FEW_DELETIONS = 10;
const RETRY_MS = 2000;

/** Sends each change of a folder until `signal` is aborted, or until something is wrong that does not pass. */
export async function keepSynced(options: KeepSyncedOptions): Promise<void> {
  const { changes, signal, onReport, onRetry } = options;
  while (!signal.aborted) {
    const changed = await changes.next(signal);
    for (;;) {
      try {
        onReport(await applyChanges(changed, options));
        break;
      } catch (error) {
        if (!(error instanceof FreshetError) || !error.isRetryable) throw error;
        onRetry(error);
        await pause(RETRY_MS, undefined, { signal });
      }
    }
  }
}

async function applyChanges(
  { written, removed }: ChangedFiles,
  options: KeepSyncedOptions,
): Promise<WatchReport> {
  const { client, root, source, signal } = options;
  const report: WatchReport = { indexed: 0, deleted: 0, skipped: [] };
  const add = ({ indexed, skipped, sync }: IngestReport) => {
    report.indexed += indexed;
    report.skipped.push(...skipped);
    report.deleted += sync?.deleted ?? 0;
    if (sync?.refused !== undefined) report.skipped.push({ name: root, reason: sync.refused });
  };
  // What editors put beside a document for a moment is none.
  const now = Map.groupBy(written.filter(isRead), holdsRecords);
  const gone = Map.groupBy(await allowDeletions(removed.filter(isRead), report, options), holdsRecords);
  if (now.has(false)) add(await send(now.get(false) ?? [], options));
  for (const file of gone.get(false) ?? []) {
    await client.delete(source, nameBelow(root, file), signal);
    report.deleted += 1;
  }
  // A file of records may have lost some of them, or itself.
  const sync = (file: string) =>
    beginSync({ client, source, prefix: `${nameBelow(root, file)}#`, maxDeleted: 1, signal });
  for (const file of now.get(true) ?? []) add(await send([file], options, await sync(file)));
  for (const file of gone.get(true) ?? []) add(await send([], options, await sync(file)));
  return report;
}

const formatOf = (file: string) => FORMATS[extname(file).toLowerCase()];
const isRead = (file: string) => formatOf(file) !== undefined;
const holdsRecords = (file: string) => formatOf(file) === 'application/jsonl';

async function send(
  files: readonly string[],
  { client, root, source, acl, signal }: KeepSyncedOptions,
  sync?: Sync,
): Promise<IngestReport> {
  async function* items() {
    for (const file of files) yield* readFileOf(root, file, { source, signal });
  }
  try {
    return await ingest({ client, items: items(), acl, sync, signal });
  } catch (error) {
    // Of what the gateway refuses as a whole, the next change of a file may be better.
    if (!(error instanceof FreshetError) || ![400, 413, 422].includes(error.status)) throw error;
    const { code, message: reason } = error;
    const skipped = files.map((file) => ({ name: nameBelow(root, file), code, reason }));
    return { sent: 0, indexed: 0, skipped };
  }
}

/** A folder that is all but emptied is more likely a disk that is not mounted than a wish. */
async function allowDeletions(
  removed: string[],
  report: WatchReport,
  { client, root, source, maxDeleted, signal }: KeepSyncedOptions,
): Promise<string[]> {
  if (removed.length <= FEW_DELETIONS) return removed;
  const held = (await Array.fromAsync(client.list(source, signal))).length;
  if (removed.length <= held * maxDeleted) return removed;
  const reason = `${removed.length} files went at once, of ${held} documents; nothing was deleted: look at the folder, then run --sync with a higher --max-deleted`;
  report.skipped.push({ name: root, reason });
  return [];
}
