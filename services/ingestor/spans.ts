import type { ConsumedRecord, RecordBatch } from '@freshet/event-log';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { remoteParent, type Span, SpanKind, type SpanOptions } from '@freshet/shared/spans';

type NamedSpan = SpanOptions & { name: string };

/** One batch of the log, in a trace of its own: what is done for all of its documents together stands there. */
export function batchSpan({ partition, records }: RecordBatch): NamedSpan {
  return {
    name: `process ${DOCUMENTS_TOPIC}`,
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.operation.name': 'process batch',
      'messaging.operation.type': 'process',
      'messaging.destination.name': DOCUMENTS_TOPIC,
      'messaging.destination.partition.id': String(partition),
      'messaging.batch.message_count': records.length,
    },
  };
}

/**
 * One document of a batch. Its parent is the event's own context, so that one trace goes from who sent the document to
 * the index write; the batch is a link. The other way about, as the conventions have it for work on a whole batch,
 * somebody who looks for a document would find a trace that ends at the log, beside one of a hundred strangers.
 * An event without a context begins a trace.
 */
export function documentSpan(
  { headers, partition, offset }: ConsumedRecord,
  batch: Span | undefined,
): NamedSpan {
  return {
    name: 'ingest document',
    kind: SpanKind.CONSUMER,
    parent: remoteParent(headers['traceparent']),
    links: batch ? [{ context: batch.spanContext() }] : [],
    attributes: {
      'messaging.operation.name': 'ingest',
      'messaging.operation.type': 'process',
      'messaging.destination.name': DOCUMENTS_TOPIC,
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': offset,
    },
  };
}
