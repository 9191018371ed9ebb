import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkIndex } from '@freshet/chunk-index';
import type { EventLog } from '@freshet/event-log';
import type { DocumentRef } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, type EventRecord, encodeDocumentEvent } from '@freshet/shared/document-events';
import { type Truncation, truncationEvents } from '@freshet/sources/cdc';

const PAGE = 500;
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
  const { tenant, source, idPrefix } = truncation.table;
  const page: DocumentRef[] = [];
  const write = async () => {
    await append(truncationEvents(page.splice(0), truncation).map((event) => encodeDocumentEvent(event)));
  };
  for await (const manifest of index.listManifests({ tenant, source, state: 'live', after: idPrefix })) {
    signal.throwIfAborted();
    // Ids are sorted, and `0` is the character after the slash that ends the prefix.
    if (manifest.documentId >= `${idPrefix}0`) break;
    if (page.push(manifest) === PAGE) await write();
  }
  await write();
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
