import type { DocumentInput, UpsertedDocument } from '@freshet/shared/contracts';
import type { BackfillPage, SourceReader } from '@freshet/sources';
import type { BackfillState } from './backfill-state.ts';
import type { FreshetClient } from './client.ts';
import { type IngestReport, ingest } from './ingest.ts';
import type { InputItem } from './input/read-inputs.ts';
import { beginSync, type Sync, type SyncReport } from './sync.ts';

export interface BackfillOptions {
  client: FreshetClient;
  reader: SourceReader;
  state: BackfillState;
  /** Deletes what the source does not have, unless that is more than this share of its documents. */
  maxDeleted?: number | undefined;
  signal: AbortSignal;
  onProgress?: (report: BackfillReport) => void;
}

export interface BackfillReport {
  /** Documents that are searchable now, of this run. */
  indexed: number;
  deleted: number;
  skipped: IngestReport['skipped'];
  sync?: Omit<SyncReport, 'unchanged'> | undefined;
}

/**
 * Sends everything that a source has, page by page, and waits until each page is searchable. A run that breaks off
 * goes on after the last page that was accepted whole; a page that is sent again changes nothing that is newer. Once
 * it is through, `state` is complete, and has the ids of all documents that the source holds.
 */
export async function backfill({
  client,
  reader,
  state,
  maxDeleted,
  signal,
  onProgress = () => {},
}: BackfillOptions): Promise<BackfillReport> {
  const report: BackfillReport = { indexed: 0, deleted: 0, skipped: [] };
  const sync =
    maxDeleted === undefined
      ? undefined
      : await beginSync({ client, source: reader.source, maxDeleted, since: state.since, signal });
  for await (const page of reader.backfill(state.cursor, signal)) {
    signal.throwIfAborted();
    const { indexed, skipped } = await ingest({ client, items: upserts(page), signal });
    report.indexed += indexed;
    report.skipped.push(...skipped);
    for (const { code, message } of page.unreadable ?? []) {
      report.skipped.push({ name: reader.name, code, reason: message });
    }
    for (const { type, document } of page.changes) {
      if (type === 'upserted') continue;
      await client.delete(document.source, document.documentId, signal, document.version);
      report.deleted += 1;
    }
    await state.save(page.cursor, idsOf(page));
    onProgress(report);
  }
  await state.complete();
  if (sync) report.sync = await deleteUnseen(sync, state);
  return report;
}

async function deleteUnseen(sync: Sync, { seen }: BackfillState): Promise<BackfillReport['sync']> {
  for (const id of seen) sync.keep(id);
  const { deleted, refused } = await sync.finish();
  return { deleted, ...(refused === undefined ? {} : { refused }) };
}

async function* upserts({ changes }: BackfillPage): AsyncGenerator<InputItem> {
  for (const change of changes) {
    if (change.type === 'upserted') yield { document: withoutTenant(change.document) };
    if (change.type === 'refused') {
      const { code, message } = change.error;
      yield { skipped: { name: change.document.documentId, code, reason: message } };
    }
  }
}

/** The tenant is that of the API key. */
function withoutTenant({ tenant: _, ...document }: UpsertedDocument): DocumentInput {
  return document;
}

/** What the source holds, whether or not it could be taken: it must not be mistaken for deleted. */
function idsOf({ changes }: BackfillPage): string[] {
  return changes.filter(({ type }) => type !== 'deleted').map(({ document }) => document.documentId);
}
