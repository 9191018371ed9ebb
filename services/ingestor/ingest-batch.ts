import type { DocumentWrite, StoredManifest, WriteOutcome } from '@freshet/chunk-index';
import type { ConsumedRecord, RecordBatch } from '@freshet/event-log';
import { DELETED, type DocumentEvent, documentKey } from '@freshet/shared/contracts';
import { decodeDocumentEvent } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { activeSpan, recordFailure, type Span, setContent, withSpan } from '@freshet/shared/spans';
import pLimit from 'p-limit';
import type { DeadLetters } from './dead-letters.ts';
import { toTombstone, toWrite, type WritePorts } from './document-write.ts';
import { type AwaitedChanges, createFreshness } from './freshness.ts';
import { batchSpan, documentSpan } from './spans.ts';

export interface IngestPorts extends WritePorts {
  deadLetters: DeadLetters;
  logger: Logger;
}

/** Enough to keep the embedder busy while other documents are parsed and written. */
const CONCURRENT_DOCUMENTS = 6;

interface Pending {
  record: ConsumedRecord;
  event: DocumentEvent;
}

/**
 * Handles one batch of the document log: decode, keep the newest event of each document, drop what is stale,
 * parse, chunk, embed what has no vector yet, write under the fence, and move the watermark. An event that can
 * never be applied goes to the dead letters; any other failure throws, and the log delivers the batch again.
 */
export function createBatchHandler(
  ports: IngestPorts,
): (batch: RecordBatch, signal: AbortSignal) => Promise<void> {
  const { index, deadLetters, metrics, logger } = ports;
  const limit = pLimit(CONCURRENT_DOCUMENTS);
  const freshness = createFreshness(metrics.freshness);

  async function refuse(record: ConsumedRecord, error: FreshetError): Promise<void> {
    metrics.documents.inc({ outcome: 'refused' });
    metrics.deadLetters.inc({ code: error.code });
    logger.warn(
      { key: record.key, offset: record.offset, code: error.code, detail: error.message },
      'event refused',
    );
    await deadLetters.add(record, error);
  }

  async function decode(records: readonly ConsumedRecord[]): Promise<Pending[]> {
    const newest = new Map<string, Pending>();
    for (const record of records) {
      try {
        const event = decodeDocumentEvent(record);
        const known = newest.get(record.key);
        if (!known || event.data.version > known.event.data.version)
          newest.set(record.key, { record, event });
      } catch (error) {
        if (!(error instanceof FreshetError)) throw error;
        await refuse(record, error);
      }
    }
    return [...newest.values()];
  }

  async function apply(
    { record, event }: Pending,
    known: StoredManifest | undefined,
    signal: AbortSignal,
    { awaited, span }: { awaited: AwaitedChanges; span: Span | undefined },
  ): Promise<void> {
    const count = (outcome: string) => {
      metrics.documents.inc({ outcome });
      span?.setAttribute('freshet.ingest.outcome', outcome);
    };
    setContent(span, () => ({ 'messaging.kafka.message.key': record.key }));
    signal.throwIfAborted();
    if (known && isStale(event.data.version, known)) return count('stale');
    let write: DocumentWrite;
    let outcome: WriteOutcome | undefined;
    try {
      write =
        event.type === DELETED
          ? toTombstone(event.data, known, ports)
          : await toWrite(event.data, known, ports, signal);
      signal.throwIfAborted();
      [outcome] = await withSpan('index write', {}, () => metrics.time('write', () => index.write([write])));
    } catch (error) {
      if (!(error instanceof FreshetError) || !isPoison(error)) throw error;
      recordFailure(span, error);
      return refuse(record, error);
    }
    count(outcome === 'written' ? write.manifest.state : 'stale');
    span?.setAttribute('freshet.ingest.chunks', write.chunks.length);
    if (outcome === 'written') {
      metrics.chunks.inc(write.chunks.length);
      awaited.add(event.data.changedAt);
    }
  }

  async function handle({ partition, records }: RecordBatch, signal: AbortSignal): Promise<void> {
    const pending = await decode(records);
    const manifests = await index.readManifests(pending.map(({ event }) => event.data));
    const batch = activeSpan();
    const awaited = freshness.begin(partition, records[0]?.offset ?? 0);
    const applyTraced = (item: Pending) => {
      const known = manifests.get(documentKey(item.event.data));
      const { name, ...options } = documentSpan(item.record, batch);
      return withSpan(name, options, (span) => apply(item, known, signal, { awaited, span }));
    };
    const results = await Promise.allSettled(pending.map((item) => limit(applyTraced, item)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
    const last = records.at(-1);
    if (last) {
      const watermark = new Map([[partition, last.offset + 1]]);
      await withSpan('advance watermark', {}, () => index.advanceWatermark(watermark));
      awaited.becameSearchable();
    }
  }

  return (batch, signal) => {
    const { name, ...options } = batchSpan(batch);
    return withSpan(name, options, () => handle(batch, signal));
  };
}

function isStale(version: number, known: StoredManifest): boolean {
  return version < known.version || (version === known.version && !known.isPending);
}

/** Whether trying again can never help: it is the event that is wrong, not the world around it. */
function isPoison({ status }: FreshetError): boolean {
  return status === 422;
}
