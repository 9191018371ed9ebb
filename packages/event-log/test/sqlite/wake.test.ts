import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { record } from '../contract.ts';
import { openFor, tempFolder } from './temp-log.ts';

test('an append wakes the consumers of its own process without any polling', async (t) => {
  const log = await openFor(t, { path: join(tempFolder(t), 'events.db'), pollMs: 2 ** 31 - 1 });
  await log.ensureTopic('t', { partitions: 4, cleanup: 'keep' });
  let arrived = Promise.withResolvers<string>();
  await log.consume({
    topic: 't',
    group: 'g',
    onBatch: async ({ records }) => arrived.resolve(records[0]!.key),
  });
  for (const key of ['a', 'b', 'c']) {
    arrived = Promise.withResolvers();
    await log.append('t', [record(key)]);
    assert.equal(await arrived.promise, key);
  }
});

test('a batch without room for a record is refused', async (t) => {
  const log = await openFor(t, { path: join(tempFolder(t), 'events.db') });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  for (const limit of [{ maxRecords: 0 }, { maxBytes: -1 }, { maxRecords: Number.NaN }]) {
    await assert.rejects(log.consume({ topic: 't', group: 'g', onBatch: async () => {}, ...limit }), {
      code: 'FRESHET_CONFIG_INVALID',
    });
  }
});

test('a log that is closed while a consumer joins leaves nothing running', async (t) => {
  const log = await openFor(t, { path: join(tempFolder(t), 'events.db') });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  const joining = log.consume({ topic: 't', group: 'g', onBatch: async () => {} });
  await log.close();
  await (await joining).stop();
});
