import type { ConsumedRecord, EventLog, RecordBatch } from '@freshet/event-log';
import { DELETED, UPSERTED } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, encodeDocumentEvent, NOTICES_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import type { Notice, SourceChange, SourceReader } from '@freshet/sources';
import { type ConnectorNotice, decodeNotice, encodeNotice } from '@freshet/sources/notices';
import pLimit from 'p-limit';
import type { ConnectorMetrics } from './connector-metrics.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface NoticePorts {
  log: EventLog;
  /** By the name of their connector. */
  readers: ReadonlyMap<string, SourceReader>;
  deadLetters: DeadLetters;
  metrics: Pick<ConnectorMetrics, 'changes'>;
  logger: Logger;
}

/** The consumer group of all ingestors of a fleet that read what webhooks told of. */
export const NOTICES_GROUP = 'ingestor-notices';

const CONCURRENT_READS = 4;

interface Pending {
  record: ConsumedRecord;
  notice: ConnectorNotice;
}

/**
 * Handles one batch of notices: each object that is named is read once, and what was read is appended to the document
 * log before the batch is committed. A source that fails or refuses throws, and the log delivers the batch again: the
 * same reads then give newer versions of the same documents. What can never be read goes to the dead letters.
 */
export function createNoticeHandler({
  log,
  readers,
  deadLetters,
  metrics,
  logger,
}: NoticePorts): (batch: RecordBatch, signal: AbortSignal) => Promise<void> {
  const limit = pLimit(CONCURRENT_READS);

  async function refuse(record: ConsumedRecord, error: FreshetError): Promise<void> {
    const { key, offset } = record;
    logger.warn({ key, offset, code: error.code, detail: error.message }, 'notice refused');
    await deadLetters.add(record, { reason: error, topic: NOTICES_TOPIC });
  }

  /** The last notice of each object; those before it would only read the same. */
  async function decode(records: readonly ConsumedRecord[]): Promise<Pending[]> {
    const last = new Map<string, Pending>();
    for (const record of records) {
      try {
        const notice = decodeNotice(record);
        last.set(JSON.stringify([record.key, notice.cursor]), { record, notice });
      } catch (error) {
        if (!(error instanceof FreshetError)) throw error;
        await refuse(record, error);
      }
    }
    return [...last.values()];
  }

  async function apply({ record, notice }: Pending, signal: AbortSignal): Promise<void> {
    const { connector, ...object } = notice;
    const reader = readers.get(connector);
    if (!reader) {
      const detail = `CONNECTORS_FILE has no connector ${connector} any more.`;
      return refuse(record, new FreshetError('FRESHET_EVENT_INVALID', { detail }));
    }
    const traceparent = record.headers['traceparent'];
    const headers: Record<string, string> = traceparent === undefined ? {} : { traceparent };
    try {
      const { changes, notices, unreadable = [] } = await reader.read(object, signal);
      signal.throwIfAborted();
      await appendChanges(changes, headers);
      await appendNotices(connector, notices, headers);
      for (const change of changes) {
        metrics.changes.inc({ connector, outcome: change.type });
        if (change.type === 'refused') await refuse(record, change.error);
      }
      for (const error of unreadable) await refuse(record, error);
    } catch (error) {
      if (!(error instanceof FreshetError) || error.status !== 422) throw error;
      await refuse(record, error);
    }
  }

  async function appendChanges(changes: readonly SourceChange[], headers: Record<string, string>) {
    const records = changes.map((change) => toRecord(change, headers));
    if (records.length > 0) await log.append(DOCUMENTS_TOPIC, records);
  }

  async function appendNotices(
    connector: string,
    notices: readonly Notice[],
    headers: Record<string, string>,
  ) {
    const records = notices.map((notice) => encodeNotice({ connector, ...notice }, headers));
    if (records.length > 0) await log.append(NOTICES_TOPIC, records);
  }

  return async ({ records }, signal) => {
    const pending = await decode(records);
    const results = await Promise.allSettled(pending.map((item) => limit(apply, item, signal)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  };
}

/** What is refused is deleted: what the index has of it may be what its source has since closed. */
function toRecord(change: SourceChange, headers: Record<string, string>) {
  return change.type === 'upserted'
    ? encodeDocumentEvent({ type: UPSERTED, data: change.document }, headers)
    : encodeDocumentEvent({ type: DELETED, data: change.document }, headers);
}
