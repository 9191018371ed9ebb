import type { ChunkIndex } from '@freshet/chunk-index';
import type { EventLog } from '@freshet/event-log';
import { type EventRecord, encodeDocumentEvent } from '@freshet/shared/document-events';
import { idsBegin, type Truncation, truncationEvent } from '@freshet/sources/cdc';
import { deleteListed } from '../delete-listed.ts';
import { untilIndexed } from '../until-indexed.ts';

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
