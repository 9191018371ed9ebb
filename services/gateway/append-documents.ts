import type { EventLog, Position } from '@freshet/event-log';
import { DOCUMENTS_TOPIC, type EventRecord } from '@freshet/shared/document-events';
import { SpanKind, traceparentOf, withSpan } from '@freshet/shared/spans';
import { formatTraceparent, type TraceContext } from '@freshet/shared/trace';

/**
 * Appends document events to the log, each with the `traceparent` that the ingestor continues: that of the span which
 * sends them, or, without telemetry, of the request.
 */
export function appendDocuments(
  log: EventLog,
  records: readonly EventRecord[],
  trace: TraceContext,
): Promise<Position[]> {
  const options = {
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': DOCUMENTS_TOPIC,
      'messaging.batch.message_count': records.length,
    },
  };
  return withSpan(`send ${DOCUMENTS_TOPIC}`, options, (span) => {
    const traceparent = span ? traceparentOf(span) : formatTraceparent(trace);
    const traced = records.map((record) => ({ ...record, headers: { ...record.headers, traceparent } }));
    return log.append(DOCUMENTS_TOPIC, traced);
  });
}
