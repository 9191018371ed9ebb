import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { EventLog } from '../../index.ts';
import { consumeAll, numbered } from '../contract.ts';
import { openFor, type SteeredClock, steeredClock, tempFolder } from './temp-log.ts';

const LEASE_MS = 1000;
const NEVER_MS = 2 ** 31 - 1;

/** Handlers to let go before the logs are closed, which waits for them. */
const releases = new WeakMap<TestContext, (() => void)[]>();

interface Pair {
  path: string;
  /** Looks neither at the clock nor at the file by itself, like a process that hangs. */
  hung: EventLog;
  hungClock: SteeredClock;
  live: EventLog;
  liveClock: SteeredClock;
}

async function openPair(t: TestContext, { partitions = 1, hungPollMs = NEVER_MS } = {}): Promise<Pair> {
  releases.set(t, []);
  t.after(() => {
    for (const release of releases.get(t)!) release();
  });
  const path = join(tempFolder(t), 'events.db');
  const hungClock = steeredClock();
  const liveClock = steeredClock();
  const live = await openFor(t, { path, leaseMs: LEASE_MS, now: liveClock.now });
  const hung = await openFor(t, { path, leaseMs: LEASE_MS, now: hungClock.now, pollMs: hungPollMs });
  await live.ensureTopic('t', { partitions, cleanup: 'keep' });
  await live.append('t', numbered(8));
  return { path, hung, hungClock, live, liveClock };
}

/** Joins as a member whose first batch runs until `finish`. */
async function startStuck(t: TestContext, log: EventLog) {
  const started = Promise.withResolvers<AbortSignal>();
  const finish = Promise.withResolvers<void>();
  const consumer = await log.consume({
    topic: 't',
    group: 'g',
    onBatch: async (_batch, signal) => {
      started.resolve(signal);
      await finish.promise;
    },
  });
  releases.get(t)!.push(finish.resolve);
  return { consumer, signal: await started.promise, finish };
}

async function committed(log: EventLog): Promise<number> {
  return (await log.lag('t', 'g')).reduce((sum, partition) => sum + partition.committed, 0);
}

test('a member without heartbeats loses its partition when its lease ends, not before', async (t) => {
  const { hung, live, liveClock } = await openPair(t);
  await startStuck(t, hung);
  liveClock.advance(LEASE_MS - 1);
  const seen: number[] = [];
  const taken = Promise.withResolvers<void>();
  const consumer = await live.consume({
    topic: 't',
    group: 'g',
    onBatch: async () => {
      seen.push(liveClock.now());
      taken.resolve();
    },
  });
  // A second group in the same log has been served after the first could have been, were it not for the lease.
  await consumeAll(t, live, 't', 8, 'another group');
  assert.deepEqual(seen, []);
  liveClock.advance(1);
  await taken.promise;
  await consumer.stop();
});

test('a member that lost its lease cannot commit', async (t) => {
  const { hung, live, liveClock } = await openPair(t);
  const stuck = await startStuck(t, hung);
  liveClock.advance(LEASE_MS);
  const successor = await startStuck(t, live);
  stuck.finish.resolve();
  await stuck.consumer.stop();
  assert.equal(await committed(live), 0);
  successor.finish.resolve();
  await successor.consumer.stop();
  assert.equal(await committed(live), 8);
});

test("a batch's signal aborts when another member takes the partition", async (t) => {
  const { hung, live, liveClock } = await openPair(t, { hungPollMs: 5 });
  const stuck = await startStuck(t, hung);
  const aborted = new Promise((resolve) => stuck.signal.addEventListener('abort', resolve));
  liveClock.advance(LEASE_MS);
  const successor = await startStuck(t, live);
  await aborted;
  assert.match(String(stuck.signal.reason), /lease/);
  successor.finish.resolve();
});

test("a batch's signal aborts when the lease ends by the member's own clock", async (t) => {
  const { hung, hungClock } = await openPair(t, { hungPollMs: 5 });
  const stuck = await startStuck(t, hung);
  const aborted = new Promise((resolve) => stuck.signal.addEventListener('abort', resolve));
  hungClock.advance(LEASE_MS);
  await aborted;
});

test('heartbeats keep the partition of a batch that takes longer than a lease', async (t) => {
  const { path, hung, hungClock } = await openPair(t, { hungPollMs: 5 });
  const stuck = await startStuck(t, hung);
  const database = new DatabaseSync(path, { readOnly: true });
  t.after(() => database.close());
  const expiry = database.prepare('select expires_at from member');
  for (let heartbeats = 0; heartbeats < 10; heartbeats++) {
    // The file has a heartbeat before the member knows of it: two of these steps must be less than a lease.
    hungClock.advance(LEASE_MS * 0.4);
    while (expiry.get()!['expires_at'] !== hungClock.now() + LEASE_MS) await new Promise(setImmediate);
  }
  assert.equal(stuck.signal.aborted, false);
  stuck.finish.resolve();
  await stuck.consumer.stop();
  assert.equal(await committed(hung), 8);
});

test('stop frees the partitions at once, whatever the lease', async (t) => {
  const { hung, live } = await openPair(t, { partitions: 3 });
  const first = await hung.consume({ topic: 't', group: 'g', onBatch: async () => {} });
  await first.stop();
  await live.append('t', numbered(8));
  await consumeAll(t, live, 't', 16 - (await committed(live)), 'g');
  assert.equal(await committed(live), 16);
});

test('partitions are spread evenly over members that come and go', async (t) => {
  const { path, live } = await openPair(t, { partitions: 5 });
  const database = new DatabaseSync(path, { readOnly: true });
  t.after(() => database.close());
  const held = database.prepare(
    'select count(partition_id) as n from member m left join assignment a on a.member_id = m.id group by m.id',
  );
  async function untilShares(...shares: number[]): Promise<void> {
    while (JSON.stringify(held.all().map(({ n }) => n)) !== JSON.stringify(shares))
      await new Promise(setImmediate);
  }
  const options = { topic: 't', group: 'g', onBatch: async () => {} };
  const first = await live.consume(options);
  await untilShares(5);
  await live.consume(options);
  await untilShares(3, 2);
  await live.consume(options);
  await untilShares(2, 2, 1);
  await first.stop();
  await untilShares(3, 2);
});
