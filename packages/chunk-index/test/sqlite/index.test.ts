import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openSqliteChunkIndex } from '../../sqlite.ts';
import { chunkIndexContract, DIMENSIONS, EMBEDDER, sample } from '../contract.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-index-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const options = { dimensions: DIMENSIONS, embedder: EMBEDDER, readers: 1 };

async function open(t: TestContext) {
  const index = await openSqliteChunkIndex({ ...options, path: join(await temporaryFolder(t), 'index.db') });
  t.after(() => index.close());
  return index;
}

chunkIndexContract(open, { runs: 200 });

test('an index outlives the process that wrote it', async (t) => {
  const path = join(await temporaryFolder(t), 'index.db');
  const first = await openSqliteChunkIndex({ ...options, path });
  await first.write([sample()]);
  await first.close();
  const second = await openSqliteChunkIndex({ ...options, path });
  t.after(() => second.close());
  assert.deepEqual(await second.statistics('acme'), { documents: 1, tombstones: 0, chunks: 1 });
});

test('another embedder is refused, by name', async (t) => {
  const path = join(await temporaryFolder(t), 'index.db');
  await (await openSqliteChunkIndex({ ...options, path })).close();
  for (const wrong of [{ embedder: 'other' }, { dimensions: 16 }]) {
    await assert.rejects(openSqliteChunkIndex({ ...options, path, ...wrong }), {
      code: 'FRESHET_EMBEDDER_MISMATCH',
      message: /test-embedder/,
    });
  }
});

test('what is no index of ours is refused with the file named', async (t) => {
  const folder = await temporaryFolder(t);
  const garbage = join(folder, 'garbage.db');
  await writeFile(garbage, 'this is not a database, it is a text of some length'.repeat(40));
  const newer = join(folder, 'newer.db');
  const db = new DatabaseSync(newer);
  db.exec('pragma user_version = 99');
  db.close();
  const path = join(folder, 'file');
  await writeFile(path, '');
  for (const [file, message] of [
    [garbage, /garbage\.db: file is not a database/],
    [newer, /newer\.db: it has format 99/],
    [join(path, 'below', 'index.db'), /ENOTDIR/],
  ] as const) {
    await assert.rejects(openSqliteChunkIndex({ ...options, path: file }), {
      code: 'FRESHET_STORAGE_FAILED',
      message,
    });
  }
});

test('an index that was cut off says so instead of answering from what is left', async (t) => {
  const path = join(await temporaryFolder(t), 'index.db');
  const index = await openSqliteChunkIndex({ ...options, path });
  await index.write(
    Array.from({ length: 200 }, (_, i) => sample({ documentId: `${i}`, texts: ['text '.repeat(200)] })),
  );
  await index.close();
  await truncate(path, 64 * 1024);
  await assert.rejects(
    async () => {
      const damaged = await openSqliteChunkIndex({ ...options, path });
      try {
        await damaged.write(
          Array.from({ length: 200 }, (_, i) => sample({ documentId: `${i}`, version: 2 })),
        );
      } finally {
        await damaged.close();
      }
    },
    { code: 'FRESHET_STORAGE_FAILED', message: /malformed|corrupt|not a database/ },
  );
});
