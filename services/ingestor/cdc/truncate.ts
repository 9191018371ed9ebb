import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkIndex } from '@freshet/chunk-index';
import type { EventLog } from '@freshet/event-log';
import { DOCUMENTS_TOPIC, type EventRecord, encodeDocumentEvent } from '@freshet/shared/document-events';
import { idsBegin, type Truncation, truncationEvent } from '@freshet/sources/cdc';
import { deleteListed } from '../delete-listed.ts';

const POLL_MS = 200;

export interface TruncatePorts {
  log: EventLog;
  index: ChunkIndex;
  /** The group that brings the document log into the index. */
  group: string;
  append: (records: EventRecord[]) => Promise<void>;
}

/**
 * Deletes every document of a table that the index knows. What was appended before must be in the index first: an
 * upsert that is still on its way would not be listed, and would stay.
 */
export async function truncateTable(
  truncation: Truncation,
  { log, index, group, append }: TruncatePorts,
  signal: AbortSignal,
): Promise<void> {
  await untilIndexed(log, group, signal);
  const { tenant, source } = truncation.table;
  const manifests = index.listManifests({
    tenant,
    source,
    state: 'live',
    prefix: idsBegin(truncation.table),
  });
  await deleteListed(manifests, {
    toRecord: (manifest) => encodeDocumentEvent(truncationEvent(manifest, truncation)),
    append,
    signal,
  });
}

/** Resolves once the index has all that the document log holds now. */
async function untilIndexed(log: EventLog, group: string, signal: AbortSignal): Promise<void> {
  const goal = new Map((await log.lag(DOCUMENTS_TOPIC, group)).map(({ partition, end }) => [partition, end]));
  for (;;) {
    signal.throwIfAborted();
    const now = await log.lag(DOCUMENTS_TOPIC, group);
    if (now.every(({ partition, committed }) => committed >= (goal.get(partition) ?? 0))) return;
    await pause(POLL_MS, undefined, { signal });
  }
}
