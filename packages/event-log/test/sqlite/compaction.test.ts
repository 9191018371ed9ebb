import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { TopicOptions } from '../../index.ts';
import { consumeAll, numbered, record } from '../contract.ts';
import { openFor, tempFolder } from './temp-log.ts';

async function openTopic(t: TestContext, cleanup: TopicOptions['cleanup']) {
  const path = join(tempFolder(t), 'events.db');
  const log = await openFor(t, { path });
  await log.ensureTopic('t', { partitions: 1, cleanup });
  const database = new DatabaseSync(path, { readOnly: true });
  t.after(() => database.close());
  return {
    log,
    offsets: () =>
      database
        .prepare('select offset from record order by offset')
        .all()
        .map(({ offset }) => offset),
    /** Up to where compaction came. */
    compacted: () => database.prepare('select compacted_offset as c from partition').get()!['c'],
  };
}

/** Lets the background work come to that offset; a consumer must run, because its ticks drive compaction. */
async function compactedTo(compacted: () => unknown, offset: number): Promise<void> {
  while (compacted() !== offset) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('older records of a key go once the group has passed the newer one, however many there are', async (t) => {
  const { log, offsets, compacted } = await openTopic(t, 'compact');
  const count = 1200;
  for (let round = 0; round < 2; round++) await log.append('t', numbered(count));
  let seen = 0;
  await log.consume({
    topic: 't',
    group: 'g',
    onBatch: async ({ records }) => {
      seen += records.length;
    },
  });
  await compactedTo(compacted, 2 * count);
  assert.equal(seen, 2 * count);
  assert.deepEqual(
    offsets(),
    Array.from({ length: count }, (_, index) => count + index),
  );
});

test('offsets are not used again after compaction', async (t) => {
  const { log, offsets, compacted } = await openTopic(t, 'compact');
  await log.append('t', [record('a'), record('a'), record('a')]);
  await log.consume({ topic: 't', group: 'g', onBatch: async () => {} });
  await compactedTo(compacted, 3);
  assert.deepEqual(offsets(), [2]);
  assert.deepEqual(await log.append('t', [record('a')]), [{ partition: 0, offset: 3 }]);
});

test('a record stays while some known group has not passed it and its successor', async (t) => {
  const { log, offsets, compacted } = await openTopic(t, 'compact');
  await log.append('t', [record('a', '1')]);
  await consumeAll(t, log, 't', 1, 'slow');
  await log.append('t', [record('a', '2'), record('a', '3')]);
  await log.consume({ topic: 't', group: 'fast', onBatch: async () => {} });
  await compactedTo(compacted, 1);
  while ((await log.lag('t', 'fast'))[0]!.committed < 3) await new Promise(setImmediate);
  assert.deepEqual(offsets(), [0, 1, 2]);
  assert.deepEqual(
    (await consumeAll(t, log, 't', 2, 'slow')).map(({ value }) => String(value)),
    ['2', '3'],
  );
  await compactedTo(compacted, 3);
  assert.deepEqual(offsets(), [2]);
});

test('a topic that keeps its records is not compacted', async (t) => {
  const { log, offsets } = await openTopic(t, 'keep');
  await log.append('t', [record('a'), record('a')]);
  await consumeAll(t, log, 't', 2);
  await log.close();
  assert.deepEqual(offsets(), [0, 1]);
});
