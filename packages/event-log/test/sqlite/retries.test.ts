import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBackoff } from '@freshet/shared/backoff';
import type { RecordBatch } from '../../index.ts';
import { numbered } from '../contract.ts';
import { openFor, steeredClock, tempFolder } from './temp-log.ts';

test('pauses double from the base to the maximum, and their upper half is random', () => {
  const shortest = createBackoff({ baseMs: 100, maxMs: 1000, random: () => 0 });
  assert.deepEqual([1, 2, 3, 4, 5, 2000].map(shortest), [50, 100, 200, 400, 500, 500]);
  const longest = createBackoff({ baseMs: 100, maxMs: 1000, random: () => 1 });
  assert.deepEqual([1, 2, 3, 4, 5, 2000].map(longest), [100, 200, 400, 800, 1000, 1000]);
});

test('a partition that fails pauses for its backoff, gets the same records, and holds up no other', async (t) => {
  const clock = steeredClock();
  const log = await openFor(t, {
    path: join(tempFolder(t), 'events.db'),
    now: clock.now,
    leaseMs: 1_000_000,
    retryBaseMs: 1000,
    random: () => 0,
  });
  await log.ensureTopic('t', { partitions: 2, cleanup: 'keep' });
  const positions = await log.append('t', numbered(10));
  const inFirst = positions.filter(({ partition }) => partition === 0).length;

  const failures: { at: number; offsets: number[] }[] = [];
  const failed = Promise.withResolvers<void>();
  const succeeded = Promise.withResolvers<RecordBatch>();
  let others = 0;
  let wanted = Promise.withResolvers<void>();
  await log.consume({
    topic: 't',
    group: 'g',
    onBatch: async (batch) => {
      if (batch.partition === 1) {
        others += batch.records.length;
        wanted.resolve();
      } else if (failures.length < 2) throw new Error('not yet');
      else succeeded.resolve(batch);
    },
    onError: (_error, batch) => {
      failures.push({ at: clock.now(), offsets: batch!.records.map(({ offset }) => offset) });
      failed.resolve();
      throw new Error('whoever is told fails too');
    },
  });
  await failed.promise;
  await wanted.promise;

  wanted = Promise.withResolvers();
  await log.append('t', numbered(10));
  await wanted.promise;
  assert.equal(others, 2 * (10 - inFirst));
  assert.equal(failures.length, 1);

  const start = clock.now();
  while (failures.length < 2) {
    clock.advance(1);
    await new Promise(setImmediate);
  }
  assert.ok(failures[1]!.at >= start + 500, 'half of the base at least');
  assert.deepEqual(failures[1]!.offsets, failures[0]!.offsets);
  clock.advance(1000);
  const { records } = await succeeded.promise;
  assert.deepEqual(
    records.map(({ offset }) => offset),
    failures[0]!.offsets,
  );
});
