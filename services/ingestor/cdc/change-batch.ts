import type { ChunkIndex } from '@freshet/chunk-index';
import type { ConsumedRecord, EventLog, RecordBatch } from '@freshet/event-log';
import { DELETED } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, type EventRecord, encodeDocumentEvent } from '@freshet/shared/document-events';
import { type FreshetError, hasCode } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { type Span, SpanKind, traceparentOf, withSpan } from '@freshet/shared/spans';
import { type CdcMapping, type MappedRecord, mapRecord } from '@freshet/sources/cdc';
import type { DeadLetters } from '../dead-letters.ts';
import { type CdcMetrics, OTHER_TABLES } from './metrics.ts';
import { truncateTable } from './truncate.ts';

export interface ChangePorts {
  log: EventLog;
  index: ChunkIndex;
  mapping: CdcMapping;
  deadLetters: DeadLetters;
  metrics: CdcMetrics;
  logger: Logger;
  /** The group that brings the document log into the index. */
  indexGroup: string;
}

interface Pending {
  record: ConsumedRecord;
  mapped: MappedRecord;
  /** What `mapped.events` are in the document log. */
  written: EventRecord[];
}

/** Headers that carry a trace on. */
const TRACE_HEADERS = ['traceparent', 'tracestate'];

/**
 * Handles one batch of a topic that changes come in: each becomes document events, which are appended in the order of
 * the changes. A change that can never be applied goes to the dead letters; any other failure throws, and the log
 * delivers the batch again: documents that are appended twice are dropped by their versions.
 */
export function createChangeHandler(
  topic: string,
  ports: ChangePorts,
): (batch: RecordBatch, signal: AbortSignal) => Promise<void> {
  const { log, mapping, deadLetters, metrics, logger } = ports;

  async function settle(pending: Pending[]): Promise<void> {
    await append(pending);
    for (const { record, mapped } of pending) {
      const { outcome, table = OTHER_TABLES, events, refusal, isAclUnreadable } = mapped;
      if (refusal) {
        const { code, message: detail } = refusal;
        logger.warn({ topic, offset: record.offset, code, detail }, 'change refused');
        await deadLetters.add(record, { reason: refusal, topic });
        metrics.deadLetters.inc({ code });
        metrics.withdrawn.inc({ table }, events.filter(({ type }) => type === DELETED).length);
      }
      if (isAclUnreadable) metrics.closed.inc({ table });
      metrics.events.inc({ table, outcome });
    }
  }

  async function append(pending: Pending[]): Promise<void> {
    const records = pending.flatMap(({ written }) => written);
    if (records.length === 0) return;
    try {
      await log.append(DOCUMENTS_TOPIC, records);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await appendEach(pending);
    }
  }

  /** One of the records is what the log refuses: the others go on. */
  async function appendEach(pending: Pending[]): Promise<void> {
    for (const each of pending.filter(({ written }) => written.length > 0)) {
      try {
        await log.append(DOCUMENTS_TOPIC, each.written);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        each.mapped = { ...each.mapped, outcome: 'refused', events: [], refusal: error };
      }
    }
  }

  async function handle({ records }: RecordBatch, signal: AbortSignal, span?: Span): Promise<void> {
    let pending: Pending[] = [];
    for (const record of records) {
      signal.throwIfAborted();
      const mapped = mapRecord({ ...record, topic }, mapping);
      const headers = traceOf(record, span);
      const written = mapped.events.map((event) => encodeDocumentEvent(event, headers));
      pending.push({ record, mapped, written });
      if (!mapped.truncation) continue;
      // What came before the truncation has to be in the log before the index is asked what there is.
      const settled = pending.splice(0);
      await append(settled);
      await truncateTable(
        mapped.truncation,
        {
          ...ports,
          group: ports.indexGroup,
          append: async (deletions) => {
            const traced = deletions.map((each) => ({ ...each, headers: { ...each.headers, ...headers } }));
            await log.append(DOCUMENTS_TOPIC, traced);
          },
        },
        signal,
      );
      await settle(settled.map((each) => ({ ...each, written: [] })));
      pending = [];
    }
    await settle(pending);
  }

  return (batch, signal) => {
    const options = {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.operation.name': 'process batch',
        'messaging.operation.type': 'process',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': String(batch.partition),
        'messaging.batch.message_count': batch.records.length,
      },
    };
    return withSpan(`process ${topic}`, options, (span) => handle(batch, signal, span));
  };
}

/** The trace of whoever made the change, where the record has it, else of this batch. */
function traceOf({ headers }: ConsumedRecord, span: Span | undefined): Record<string, string> {
  const own = TRACE_HEADERS.flatMap((name) => (headers[name] ? [[name, headers[name]] as const] : []));
  if (own.length > 0) return Object.fromEntries(own);
  return span ? { traceparent: traceparentOf(span) } : {};
}

/** Whether the log will never take the records: trying again would hold up the partition for ever. */
function isRefusal(error: unknown): error is FreshetError {
  return hasCode(error, 'FRESHET_CONTENT_TOO_LARGE', 'FRESHET_EVENT_INVALID');
}
