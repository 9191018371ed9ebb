import type { ChunkIndex } from '@freshet/chunk-index';
import type { EventLog } from '@freshet/event-log';
import { DELETED } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, encodeDocumentEvent } from '@freshet/shared/document-events';
import type { Logger } from '@freshet/shared/log';
import type { Sources } from '@freshet/shared/sources';
import { deleteListed } from './delete-listed.ts';

export interface RetentionPorts {
  log: EventLog;
  index: ChunkIndex;
  sources: Sources;
  logger: Logger;
  now?: () => Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes what its source has not changed for longer than it is kept, through the document log, so that a replay does not
 * bring it back. Each deletion has the version that was read: a document that changes meanwhile stays. Several at once do
 * no harm.
 * @returns how many documents were deleted
 */
export async function purge(
  { log, index, sources, logger, now = () => new Date() }: RetentionPorts,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (const { tenant, source } of await index.listSources()) {
    const days = sources.retentionDays(source);
    if (days === undefined) continue;
    const changedBefore = new Date(now().valueOf() - days * DAY_MS);
    const manifests = index.listManifests({ tenant, source, state: 'live', changedBefore });
    deleted += await deleteListed(manifests, {
      toRecord({ documentId, version }) {
        const data = { tenant, source, documentId, version, changedAt: now().toISOString() };
        return encodeDocumentEvent({ type: DELETED, data });
      },
      append: (records) => log.append(DOCUMENTS_TOPIC, records),
      signal,
    });
  }
  if (deleted > 0) logger.info({ deleted }, 'documents beyond their retention time were deleted');
  return deleted;
}

export interface SweepPorts extends Pick<RetentionPorts, 'logger' | 'now'> {
  index: Pick<ChunkIndex, 'removeLeftovers'>;
}

/** Far longer than any write takes. */
const LEFTOVER_MS = 60 * 60 * 1000;

/**
 * Removes chunks that nobody can read, which a writer left that broke off.
 * @returns how many there were
 */
export async function sweep({ index, logger, now = () => new Date() }: SweepPorts): Promise<number> {
  const removed = await index.removeLeftovers(new Date(now().valueOf() - LEFTOVER_MS));
  if (removed > 0) logger.warn({ removed }, 'chunks that a broken write left behind were removed');
  return removed;
}

/** Purges and sweeps now and then; what fails is tried the next time. */
export function schedulePurge(ports: RetentionPorts, everyMs: number): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => purge(ports, stopping.signal))
      .then(() => sweep(ports))
      .catch((err) => {
        if (!stopping.signal.aborted) ports.logger.error({ err }, 'purge failed, will be tried again');
      });
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
