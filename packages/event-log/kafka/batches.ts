import type { Backoff } from '@freshet/shared/backoff';
import type { FreshetError } from '@freshet/shared/errors';
import type { EachBatchPayload } from 'kafkajs';
import type { ConsumedRecord, ConsumeOptions, RecordBatch } from '../index.ts';
import { isGroupChange } from './failure.ts';
import { keepAlive } from './keep-alive.ts';
import { fromMessage, sizeOf, toOffset } from './records.ts';

const MAX_RECORDS = 100;
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;

export interface BatchHandlerOptions
  extends Pick<ConsumeOptions, 'onBatch' | 'onError' | 'maxRecords' | 'maxBytes'> {
  backoff: Backoff;
  heartbeatMs: number;
  sessionTimeoutMs: number;
  /** What went wrong with Kafka. */
  describe: (error: unknown) => FreshetError;
}

export interface BatchHandler {
  /** KafkaJS's `eachBatch`: hands out what was fetched of one partition, and commits. */
  handle(payload: EachBatchPayload): Promise<void>;
  /** The member joined the group, with these partitions. */
  join(partitions: readonly number[]): void;
  /** No further batch begins, and the running one is told. */
  stop(): void;
  /** Resolves once no batch runs. */
  idle(): Promise<void>;
}

/** A batch that failed: where it begins, how long it was, and when it comes again, by performance.now(). */
interface Retry {
  offset: number;
  records: number;
  failures: number;
  dueAt: number;
}

export function createBatchHandler({
  onBatch,
  onError,
  maxRecords = MAX_RECORDS,
  maxBytes = MAX_BATCH_BYTES,
  backoff,
  heartbeatMs,
  sessionTimeoutMs,
  describe,
}: BatchHandlerOptions): BatchHandler {
  const retries = new Map<number, Retry>();
  /** The batches that run, one a partition. */
  const running = new Map<AbortController, Promise<void>>();
  let isStopping = false;
  /** Why this membership is over: batches that KafkaJS has queued meanwhile are not ours any more. */
  let change: unknown;

  function report(error: unknown, batch: RecordBatch): void {
    try {
      onError?.(error, batch);
    } catch {
      // Whoever is told of failures must not be able to end the consumer.
    }
  }

  function fail(error: unknown, batch: RecordBatch, payload: EachBatchPayload): void {
    const { partition, records } = batch;
    const offset = records[0]!.offset;
    const before = retries.get(partition);
    const failures = before?.offset === offset ? before.failures + 1 : 1;
    const pauseMs = backoff(failures);
    retries.set(partition, { offset, records: records.length, failures, dueAt: performance.now() + pauseMs });
    hold(payload, pauseMs);
    report(error, batch);
  }

  function hold({ pause }: EachBatchPayload, ms: number): void {
    const resume = pause();
    setTimeout(resume, ms).unref();
  }

  /** Whether the batch was handled and committed. */
  async function run(payload: EachBatchPayload, batch: RecordBatch, next: number): Promise<boolean> {
    const controller = new AbortController();
    const { signal } = controller;
    const done = Promise.withResolvers<void>();
    running.set(controller, done.promise);
    const alive = keepAlive({
      heartbeat: payload.heartbeat,
      everyMs: heartbeatMs,
      sessionTimeoutMs,
      onLost: () => controller.abort(new DOMException('The partition was lost.', 'AbortError')),
    });
    try {
      await onBatch(batch, signal);
      await commit(payload, next).catch((error) => {
        throw isGroupChange(error) ? error : describe(error);
      });
      retries.delete(batch.partition);
      return true;
    } catch (error) {
      if (isGroupChange(error)) change ??= error;
      // Whoever aborts knows why; the records come again, here or at another member.
      else if (!signal.aborted) fail(error, batch, payload);
      return false;
    } finally {
      alive.end();
      change ??= alive.change;
      running.delete(controller);
      done.resolve();
    }
  }

  return {
    async handle(payload) {
      const { batch, resolveOffset, isRunning, isStale } = payload;
      const { partition } = batch;
      const fetched = batch.messages;
      let at = 0;
      while (at < fetched.length) {
        // KafkaJS joins again when it hears of a group change from here.
        if (change) throw change;
        if (isStopping || !isRunning() || isStale()) return;
        const again = retries.get(partition);
        const pauseMs = (again?.dueAt ?? 0) - performance.now();
        if (pauseMs > 0) return hold(payload, pauseMs);
        const following = fetched.slice(at, at + Math.max(maxRecords, again?.records ?? 0));
        const taken = following.map((message) => fromMessage(message, partition));
        const isSame = again?.offset === taken[0]!.offset;
        const records = isSame ? taken.slice(0, again.records) : fit(taken, maxRecords, maxBytes);
        const end = at + records.length;
        const last = String(records.at(-1)!.offset);
        // Control records and what compaction took have offsets too: the last batch steps over them.
        const next = toOffset(end === fetched.length ? batch.lastOffset() : last) + 1;
        if (await run(payload, { partition, records }, next)) resolveOffset(last);
        else if (!change) return;
        at = end;
      }
      if (change) throw change;
    },

    join(partitions) {
      change = undefined;
      for (const partition of retries.keys()) if (!partitions.includes(partition)) retries.delete(partition);
    },

    stop() {
      isStopping = true;
      for (const controller of running.keys()) {
        controller.abort(new DOMException('The consumer stops.', 'AbortError'));
      }
    },

    async idle() {
      await Promise.all(running.values());
    },
  };
}

async function commit({ batch, commitOffsetsIfNecessary }: EachBatchPayload, next: number): Promise<void> {
  // Unlike the consumer's own commitOffsets, this one still commits while the consumer stops.
  await commitOffsetsIfNecessary({
    topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset: String(next) }] }],
  });
}

/** The records of a batch that begins with these; it always has one. */
function fit(records: ConsumedRecord[], maxRecords: number, maxBytes: number): ConsumedRecord[] {
  let bytes = sizeOf(records[0]!);
  let end = 1;
  while (end < Math.min(records.length, maxRecords)) {
    bytes += sizeOf(records[end]!);
    if (bytes > maxBytes) break;
    end++;
  }
  return records.slice(0, end);
}
