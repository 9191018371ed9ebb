import type { DocumentWrite, StoredManifest, WriteOutcome } from '@freshet/chunk-index';
import type { ConsumedRecord, RecordBatch } from '@freshet/event-log';
import { DELETED, type DocumentEvent, fenceOf, type UpsertedDocument } from '@freshet/shared/contracts';
import { decodeDocumentEvent } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { activeSpan, recordFailure, type Span, setContent, withSpan } from '@freshet/shared/spans';
import pLimit from 'p-limit';
import { createAttemptCounter } from './attempts.ts';
import { type BatchClock, createBatchClock } from './batch-clock.ts';
import type { DeadLetters } from './dead-letters.ts';
import { toTombstone, toWrite, type WritePorts } from './document-write.ts';
import { faultOf } from './failures.ts';
import { type AwaitedChanges, createFreshness } from './freshness.ts';
import { batchSpan, documentSpan } from './spans.ts';
import { createWriteGate, type WriteGate } from './write-gate.ts';

export interface IngestPorts extends WritePorts {
  deadLetters: DeadLetters;
  logger: Logger;
}

/** Of all batches together: enough to keep the embedder busy while other documents are parsed and written. */
const CONCURRENT_DOCUMENTS = 16;

/** A batch that failed so often without a known reason is handled record by record, to find the one that is wrong. */
const UNEXPLAINED_FAILURES = 4;

interface Pending {
  record: ConsumedRecord;
  event: DocumentEvent;
}

/** What all records of a batch share. */
interface BatchContext {
  signal: AbortSignal;
  /** How often the records were handled, this time included. */
  attempts: number;
  awaited: AwaitedChanges;
  clock: BatchClock;
  gate: WriteGate;
  span: Span | undefined;
}

type Outcome = 'live' | 'deleted' | 'stale' | 'refused';

/**
 * Handles one batch of the document log: decode, take each document's newest event, drop what is stale, parse, chunk,
 * embed what has no vector yet, write under the fence, and move the watermark. An event that can never be applied goes
 * to the dead letters, and takes what is older of its document out of the index; any other failure throws, and the log
 * delivers the batch again. Where that has no known reason, and fails {@link UNEXPLAINED_FAILURES} times, events are
 * handled one by one, and those that fail although index and embedder work go to the dead letters too: no event holds
 * its partition for ever.
 */
export function createBatchHandler(
  ports: IngestPorts,
): (batch: RecordBatch, signal: AbortSignal) => Promise<void> {
  const { index, embedder, deadLetters, metrics, logger } = ports;
  const limit = pLimit(CONCURRENT_DOCUMENTS);
  const freshness = createFreshness(metrics.freshness, ports.sources);
  const counter = createAttemptCounter();

  async function refuse(record: ConsumedRecord, reason: FreshetError, attempts: number): Promise<void> {
    await deadLetters.add(record, { reason, attempts });
    metrics.documents.inc({ outcome: 'refused' });
    metrics.deadLetters.inc({ code: reason.code });
    logger.warn(
      { key: record.key, offset: record.offset, code: reason.code, detail: reason.message, attempts },
      'event refused',
    );
  }

  /**
   * What is older than an event that cannot be applied must go: its text may be wrong by now, and its readers others. A
   * deletion that stands just before the event leaves the event's own place free, for when it is replayed.
   */
  async function takeBackOlder({ event: { data } }: Pending, known?: StoredManifest): Promise<void> {
    if (data.version === 0) return;
    await index.write([toTombstone({ ...data, version: data.version - 1 }, known, ports)]);
  }

  /** The newest event of each document; of two that stand at one place, the first that came. */
  async function decode(records: readonly ConsumedRecord[], { attempts }: BatchContext): Promise<Pending[]> {
    const documents = new Map<string, Pending>();
    for (const record of records) {
      let event: DocumentEvent;
      try {
        event = decodeDocumentEvent(record);
      } catch (error) {
        if (!(error instanceof FreshetError) || faultOf(error) !== 'event') throw error;
        await refuse(record, error, attempts);
        continue;
      }
      const known = documents.get(record.key);
      if (!known || fenceOfEvent(event) > fenceOfEvent(known.event))
        documents.set(record.key, { record, event });
    }
    return [...documents.values()];
  }

  /** Ends with its place in the gate still held, unless it fails. */
  async function prepare(
    data: UpsertedDocument,
    known: StoredManifest | undefined,
    { signal, clock, gate }: Pick<BatchContext, 'signal' | 'clock' | 'gate'>,
  ): Promise<DocumentWrite> {
    gate.begin();
    try {
      return await toWrite(data, known, ports, { signal, clock });
    } catch (error) {
      gate.leave();
      throw error;
    }
  }

  async function apply(
    pending: Pending,
    known: StoredManifest | undefined,
    { signal, attempts, awaited, clock, gate }: BatchContext,
    span: Span | undefined,
  ): Promise<Outcome> {
    const { record, event } = pending;
    setContent(span, () => ({ 'messaging.kafka.message.key': record.key }));
    signal.throwIfAborted();
    if (known && isStale(event, known)) return 'stale';
    let write: DocumentWrite;
    let outcome: WriteOutcome | undefined;
    try {
      // A deletion waits for nobody: it is gone from answers as soon as it is written.
      if (event.type === DELETED) write = toTombstone(event.data, known, ports);
      else {
        write = await prepare(event.data, known, { signal, clock, gate });
        await gate.ready();
      }
      signal.throwIfAborted();
      [outcome] = await withSpan('index write', {}, () =>
        clock.time('write', () => metrics.time('write', () => index.write([write]))),
      );
    } catch (error) {
      if (!(error instanceof FreshetError) || faultOf(error) !== 'event') throw error;
      recordFailure(span, error);
      await takeBackOlder(pending, known);
      await refuse(record, error, attempts);
      return 'refused';
    }
    span?.setAttribute('freshet.ingest.chunks', write.chunks.length);
    if (outcome !== 'written') return 'stale';
    metrics.chunks.inc(write.chunks.length);
    awaited.add(event.data.source, event.data.changedAt);
    return write.manifest.state;
  }

  async function applyTraced(
    pending: Pending,
    known: StoredManifest | undefined,
    context: BatchContext,
  ): Promise<void> {
    const { name, ...options } = documentSpan(pending.record, context.span);
    await withSpan(name, options, async (span) => {
      const outcome = await apply(pending, known, context, span);
      span?.setAttribute('freshet.ingest.outcome', outcome);
      if (outcome !== 'refused') metrics.documents.inc({ outcome });
    });
  }

  /** Deletions do not wait behind documents that are embedded. */
  function inTurn({ event }: Pending, work: () => Promise<void>): Promise<void> {
    return event.type === DELETED ? work() : limit(work);
  }

  async function applyTogether(pending: readonly Pending[], context: BatchContext): Promise<void> {
    const manifests = await context.clock.time('read', () =>
      index.readManifests(pending.map(({ event }) => event.data)),
    );
    const results = await Promise.allSettled(
      pending.map((item) => inTurn(item, () => applyTraced(item, manifests.get(item.record.key), context))),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 0) throw failures.find((failure) => faultOf(failure) === 'world') ?? failures[0];
  }

  async function applyAlone(pending: Pending, context: BatchContext): Promise<void> {
    try {
      await applyTogether([pending], context);
    } catch (cause) {
      if (context.signal.aborted || faultOf(cause) !== 'unknown') throw cause;
      // Throws where it is not the record after all: an outage must not fill the dead letters.
      await Promise.all([index.ping(), embedder.embedDocuments(['text'], { signal: context.signal })]);
      const detail = `It failed ${context.attempts} times, the last time with: ${(cause as Error)?.message ?? cause}`;
      const code = cause instanceof FreshetError ? cause.code : 'FRESHET_INTERNAL';
      await takeBackOlder(pending);
      await refuse(pending.record, new FreshetError(code, { detail, cause }), context.attempts);
    }
  }

  async function handle({ partition, records }: RecordBatch, signal: AbortSignal): Promise<void> {
    const [first, last] = [records[0], records.at(-1)];
    if (!first || !last) return;
    const tries = counter.begin(partition, first.offset);
    const awaited = freshness.begin(partition, first.offset);
    const clock = createBatchClock();
    const gate = createWriteGate();
    const context: BatchContext = {
      signal,
      attempts: tries.count,
      awaited,
      clock,
      gate,
      span: activeSpan(),
    };
    try {
      const pending = await clock.time('decode', () => decode(records, context));
      if (tries.unexplained < UNEXPLAINED_FAILURES) await applyTogether(pending, context);
      else for (const item of pending) await applyAlone(item, context);
      const watermark = new Map([[partition, last.offset + 1]]);
      await withSpan('advance watermark', {}, () =>
        clock.time('searchable', () => index.advanceWatermark(watermark)),
      );
    } catch (error) {
      if (!signal.aborted && faultOf(error) === 'unknown') tries.unexplained += 1;
      throw error;
    }
    counter.end(partition);
    awaited.becameSearchable();
    clock.observe(metrics.batches);
  }

  return (batch, signal) => {
    const { name, ...options } = batchSpan(batch);
    return withSpan(name, options, () => handle(batch, signal));
  };
}

function isStale(event: DocumentEvent, known: StoredManifest): boolean {
  const [wanted, held] = [fenceOfEvent(event), fenceOf(known)];
  return wanted < held || (wanted === held && !known.isPending);
}

function fenceOfEvent({ type, data: { version } }: DocumentEvent): number {
  return fenceOf({ version, state: type === DELETED ? 'deleted' : 'live' });
}
