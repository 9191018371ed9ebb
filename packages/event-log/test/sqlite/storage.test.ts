import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { FreshetError } from '@freshet/shared/errors';
import { openSqliteEventLog } from '../../sqlite.ts';
import { consumeAll, numbered, record } from '../contract.ts';
import { openFor, tempFolder } from './temp-log.ts';

/** A storage failure that names the file and says in one line what to do. */
function storageFailure(path: string, remedy: RegExp) {
  return (error: FreshetError) => {
    assert.equal(error.code, 'FRESHET_STORAGE_FAILED');
    assert.ok(error.message.includes(path), error.message);
    assert.match(error.message, remedy);
    assert.ok(!error.message.includes('\n'));
    return true;
  };
}

test('the folder is made when it is missing', async (t) => {
  const path = join(tempFolder(t), 'a', 'b', 'events.db');
  const log = await openFor(t, { path });
  await log.ping();
});

test('a folder that is a file is refused', async (t) => {
  const file = join(tempFolder(t), 'file');
  writeFileSync(file, '');
  const path = join(file, 'events.db');
  await assert.rejects(
    openSqliteEventLog({ path }),
    storageFailure(path, /make the file and its folder writable/),
  );
});

test('a read-only folder is refused', {
  skip: process.getuid?.() === 0 && 'root writes anywhere',
}, async (t) => {
  const folder = join(tempFolder(t), 'folder');
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  const path = join(folder, 'events.db');
  await assert.rejects(
    openSqliteEventLog({ path }),
    storageFailure(path, /make the file and its folder writable/),
  );
});

test('a folder where nobody may make files is refused', { skip: process.platform !== 'linux' }, async () => {
  const path = '/proc/events.db';
  await assert.rejects(
    openSqliteEventLog({ path }),
    storageFailure(path, /make the file and its folder writable/),
  );
});

test('a file that is no database is refused and left alone', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  writeFileSync(path, randomBytes(10_000));
  await assert.rejects(
    openSqliteEventLog({ path }),
    storageFailure(path, /move it away, or configure another path/),
  );
  assert.equal(statSync(path).size, 10_000);
});

test("another program's database is refused and left alone", async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const database = new DatabaseSync(path);
  database.exec('create table record (anything)');
  database.close();
  await assert.rejects(
    openSqliteEventLog({ path }),
    storageFailure(path, /another program; configure another path/),
  );
});

test('a newer schema is refused', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  await (await openSqliteEventLog({ path })).close();
  const database = new DatabaseSync(path);
  database.exec('pragma user_version = 2');
  database.close();
  await assert.rejects(
    openSqliteEventLog({ path }),
    storageFailure(path, /schema 2, .* knows 1; start the newer/),
  );
});

test('a damaged file is reported', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const log = await openSqliteEventLog({ path });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  await log.append('t', numbered(500, 'x'.repeat(500)));
  await log.close();
  const file = openSync(path, 'r+');
  writeSync(file, randomBytes(statSync(path).size - 4096), 0, undefined, 4096);
  closeSync(file);
  await assert.rejects(
    async () => {
      const damaged = await openFor(t, { path });
      await damaged.append('t', numbered(1));
    },
    storageFailure(path, /damaged; stop Freshet, restore/),
  );
});

test('a full file refuses the append as a whole, and goes on when there is room', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const log = await openFor(t, { path, maxFileBytes: 1024 * 1024 });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  await log.append('t', [record('small')]);
  const large = record('large', 'x'.repeat(2 * 1024 * 1024));
  await assert.rejects(
    log.append('t', [record('first'), large]),
    storageFailure(path, /no room to grow; free disk/),
  );
  await log.append('t', [record('after')]);
  const records = await consumeAll(t, log, 't', 2);
  assert.deepEqual(
    records.map(({ key, offset }) => [key, offset]),
    [
      ['small', 0],
      ['after', 1],
    ],
  );
});

test('a file that is removed while in use is told of by ping', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const log = await openFor(t, { path });
  rmSync(path);
  await assert.rejects(log.ping(), storageFailure(path, /removed or replaced/));
});

test('a lock that another process keeps is an error that can be tried again', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const log = await openFor(t, { path, busyTimeoutMs: 1 });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  const database = new DatabaseSync(path);
  t.after(() => database.close());
  database.exec('begin immediate');
  await assert.rejects(log.append('t', [record('a')]), { code: 'FRESHET_OVERLOADED', isRetryable: true });
  database.exec('rollback');
  assert.deepEqual(await log.append('t', [record('a')]), [{ partition: 0, offset: 0 }]);
});

test('a consumer survives a lock that outlasts its patience, and tells of it', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const log = await openFor(t, { path, busyTimeoutMs: 1, retryBaseMs: 2 });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  const database = new DatabaseSync(path);
  t.after(() => database.close());
  const told = Promise.withResolvers<unknown>();
  const again = Promise.withResolvers<void>();
  let batches = 0;
  const consumer = await log.consume({
    topic: 't',
    group: 'g',
    onBatch: async () => {
      if (++batches === 1) database.exec('begin immediate');
      else again.resolve();
    },
    onError: told.resolve,
  });
  await log.append('t', [record('a')]);
  assert.equal(((await told.promise) as FreshetError).code, 'FRESHET_OVERLOADED');
  database.exec('rollback');
  await again.promise;
  await consumer.stop();
  assert.deepEqual(await log.lag('t', 'g'), [{ partition: 0, committed: 1, end: 1 }]);
});

test('several instances may open a new file at the same moment', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const logs = await Promise.all(Array.from({ length: 6 }, () => openFor(t, { path })));
  await Promise.all(logs.map((log) => log.ensureTopic('t', { partitions: 2, cleanup: 'keep' })));
  const positions = await Promise.all(logs.map((log) => log.append('t', [record('a')])));
  assert.deepEqual(
    positions
      .flat()
      .map(({ offset }) => offset)
      .sort(),
    [0, 1, 2, 3, 4, 5],
  );
});
