import type { Backoff } from '@freshet/shared/backoff';
import type { ConsumeOptions, Consumer, RecordBatch } from '../index.ts';
import { createLease } from './lease.ts';
import type { Claim, GroupInfo } from './members.ts';
import { type Fetched, unpack } from './read.ts';
import { createRetries } from './retries.ts';
import type { Thread } from './thread.ts';

const MAX_RECORDS = 100;
const MAX_BYTES = 4 * 1024 * 1024;

export interface ConsumerOptions {
  thread: Thread;
  group: GroupInfo;
  leaseMs: number;
  now: () => number;
  backoff: Backoff;
  onCommit: (claim: Claim) => void;
  onStop: () => void;
}

export interface RunningConsumer extends Consumer {
  readonly topic: string;
  readonly group: number;
  /** There may be something new to read. */
  wake(): void;
  /** The group's epoch as the database has it now. */
  seeEpoch(epoch: number): void;
  /** Looks at the clock: for heartbeats, lost leases and pauses that are over. */
  tick(): void;
}

interface RunningBatch {
  claim: Claim;
  controller: AbortController;
}

/** Joins the group; rejects when that fails. The clock moves by `tick`, so that whoever starts it drives it. */
export async function startConsumer(
  { topic, onBatch, onError, maxRecords = MAX_RECORDS, maxBytes = MAX_BYTES }: ConsumeOptions,
  { thread, group, leaseMs, now, backoff, onCommit, onStop }: ConsumerOptions,
): Promise<RunningConsumer> {
  const lease = createLease({ thread, group: group.id, leaseMs, now });
  const retries = createRetries(backoff, now);
  let running: RunningBatch | undefined;
  let isStopping = false;
  let wakeUp = Promise.withResolvers<void>();
  let lastPartition = -1;
  let logFailures = 0;
  let pausedUntil = 0;

  // A heartbeat may give partitions back, so it must not cross a fetch, whose partition is not known to be busy yet.
  let turn = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  function isPauseOver(): boolean {
    if (pausedUntil === 0 || now() < pausedUntil) return false;
    pausedUntil = 0;
    return true;
  }

  function report(error: unknown, batch?: RecordBatch): void {
    try {
      onError?.(error, batch);
    } catch {
      // Whoever is told of failures must not be able to end the consumer.
    }
  }

  function failLog(error: unknown): void {
    pausedUntil = now() + backoff(++logFailures);
    lease.postpone(pausedUntil);
    report(error);
  }

  function failBatch(error: unknown, { claim, records }: Fetched, batch: RecordBatch): void {
    retries.fail(claim, records.length);
    report(error, batch);
  }

  function abortIfLost(): void {
    if (running && !lease.holds(running.claim)) abort(running, 'The lease on the partition was lost.');
  }

  async function renew(): Promise<void> {
    try {
      await inTurn(async () => {
        if (!lease.isDue()) return;
        await lease.renew(running?.claim);
        logFailures = 0;
        retries.keep(lease.claims);
      });
    } catch (error) {
      failLog(error);
    }
    abortIfLost();
    wakeUp.resolve();
  }

  async function fetchNext(): Promise<Fetched | undefined> {
    if (now() < pausedUntil) return undefined;
    try {
      return await inTurn(async () => {
        const ready = lease.claims.filter((claim) => lease.holds(claim) && !retries.isPaused(claim));
        if (ready.length === 0 || lease.member === undefined) return undefined;
        const following = ready.findIndex(({ partition }) => partition > lastPartition);
        const inOrder = following < 0 ? ready : [...ready.slice(following), ...ready.slice(0, following)];
        const wanted = inOrder.map((claim) => {
          const again = retries.get(claim)?.records;
          if (again !== undefined) return { ...claim, maxRecords: again, maxBytes: Number.POSITIVE_INFINITY };
          return { ...claim, maxRecords, maxBytes };
        });
        const fetched = await thread.run('fetch', {
          group: group.id,
          member: lease.member,
          now: now(),
          wanted,
        });
        if (fetched) running = { claim: fetched.claim, controller: new AbortController() };
        return fetched;
      });
    } catch (error) {
      failLog(error);
      return undefined;
    }
  }

  async function handle(fetched: Fetched, { signal }: AbortController): Promise<void> {
    const { claim, records } = fetched;
    const { partition } = claim;
    lastPartition = partition;
    const batch = { partition, records: records.map((record) => unpack(record, partition)) };
    const next = records.at(-1)!.offset + 1;
    try {
      await onBatch(batch, signal);
    } catch (error) {
      // Whoever aborts knows why; the records come again, here or at another member.
      if (!signal.aborted) failBatch(error, fetched, batch);
      return;
    }
    if (!lease.holds(claim)) return lease.setDue();
    try {
      const member = lease.member!;
      const isCommitted = await thread.run('commit', { group: group.id, member, now: now(), claim, next });
      if (!isCommitted) return lease.setDue();
    } catch (error) {
      return failBatch(error, fetched, batch);
    }
    retries.succeed(claim);
    onCommit(claim);
  }

  async function work(): Promise<void> {
    while (!isStopping) {
      // Renewed before looking, so that what arrives while looking is not missed.
      wakeUp = Promise.withResolvers();
      const fetched = await fetchNext();
      if (fetched && running) {
        if (isStopping) return;
        await handle(fetched, running.controller);
        running = undefined;
        if (lease.isOverQuota) lease.setDue();
        if (lease.isDue()) await renew();
      } else if (!isStopping) {
        await wakeUp.promise;
      }
    }
  }

  await lease.renew(undefined);
  const done = work();
  let stopping: Promise<void> | undefined;

  return {
    topic,
    group: group.id,
    wake: () => wakeUp.resolve(),
    seeEpoch: (epoch) => lease.seeEpoch(epoch),
    tick() {
      abortIfLost();
      if (lease.isDue()) void renew();
      if (retries.hasDue() || isPauseOver()) wakeUp.resolve();
    },
    stop() {
      stopping ??= (async () => {
        isStopping = true;
        if (running) abort(running, 'The consumer stops.');
        wakeUp.resolve();
        try {
          await done;
          await inTurn(() => lease.leave());
        } finally {
          onStop();
        }
      })();
      return stopping;
    },
  };
}

function abort({ controller }: RunningBatch, reason: string): void {
  controller.abort(new DOMException(reason, 'AbortError'));
}
