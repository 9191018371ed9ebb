/** Rates of the embedded event log on this machine's disk. Run: node bench/event-log-sqlite.ts [folder] */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog, LogRecord } from '@freshet/event-log';
import { openSqliteEventLog } from '@freshet/event-log/sqlite';

const RECORDS = 20_000;
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'freshet-bench-'));
const log = await openSqliteEventLog({ path: join(folder, 'events.db') });

await measure('append, 1 record at a time', 1_000, async (count) => {
  const topic = await createTopic(log, 'single');
  for (const record of records(count)) await log.append(topic, [record]);
});
await measure('append, 64 callers with 1 record each', 10_000, async (count) => {
  const topic = await createTopic(log, 'concurrent');
  const queue = records(count).values();
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      for (const record of queue) await log.append(topic, [record]);
    }),
  );
});
await measure('append, 100 records at a time', RECORDS, async (count) => {
  const topic = await createTopic(log, 'batched');
  const all = records(count);
  for (let at = 0; at < count; at += 100) await log.append(topic, all.slice(at, at + 100));
});
await measure('consume, batches of 100', RECORDS, async (count) => {
  const done = Promise.withResolvers<void>();
  let seen = 0;
  const consumer = await log.consume({
    topic: 'batched',
    group: 'bench',
    onBatch: async (batch) => {
      seen += batch.records.length;
      if (seen === count) done.resolve();
    },
  });
  await done.promise;
  await consumer.stop();
});

const waits: number[] = [];
let arrived = Promise.withResolvers<void>();
await createTopic(log, 'latency');
await log.consume({ topic: 'latency', group: 'bench', onBatch: async () => arrived.resolve() });
for (const record of records(500)) {
  arrived = Promise.withResolvers();
  const start = performance.now();
  await log.append('latency', [record]);
  await arrived.promise;
  waits.push(performance.now() - start);
}
waits.sort((a, b) => a - b);
console.log(
  `append to handler, same process: p50 ${waits[250]!.toFixed(1)} ms, p95 ${waits[475]!.toFixed(1)} ms`,
);

await log.close();
rmSync(folder, { recursive: true });

async function createTopic(to: EventLog, topic: string): Promise<string> {
  await to.ensureTopic(topic, { partitions: 6, cleanup: 'compact' });
  return topic;
}

/** Of 2 KB, a short document's size. */
function records(count: number): LogRecord[] {
  const value = Buffer.alloc(2_000, 'x');
  return Array.from({ length: count }, (_, index) => ({ key: `tenant/source/${index}`, value, headers: {} }));
}

async function measure(what: string, count: number, run: (count: number) => Promise<void>): Promise<void> {
  const start = performance.now();
  await run(count);
  const seconds = (performance.now() - start) / 1000;
  console.log(`${what}: ${Math.round(count / seconds)} records/s`);
}
