import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freshet } from '@freshet/cli/test/run-cli';
import { handbookPdf } from '@freshet/ingestor/test/parse/samples/pdf';
import { startFleet } from './fleet.ts';

const { signal } = new AbortController();

async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-sync-'));
  t.after(() => rm(folder, { recursive: true }));
  const fleet = await startFleet(t);
  const sync = async (path: string, ...options: string[]) => {
    const args = ['ingest', path, '--source', 'docs', '--sync', '--json', ...options];
    const { out, error, code } = await freshet(args, { FRESHET_URL: fleet.url });
    return { code, error, report: out === '' ? undefined : JSON.parse(out) };
  };
  const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
  const list = async () =>
    (await Array.fromAsync(fleet.client.list('docs', signal))).map(({ documentId }) => documentId);
  return { folder, fleet, sync, put, list };
}

test('a second sync sends nothing, a third what changed alone, and what was removed is gone', async (t) => {
  const { folder, fleet, sync, put, list } = await start(t);
  await put('a.md', '---\ntitle: Tides\nattributes: {sea: north}\n---\n\nThe spring tide peaks at noon.');
  await put('b.pdf', await handbookPdf());
  for (const name of ['c', 'd', 'e']) await put(`${name}.txt`, `words of ${name}`);
  const first = await sync(folder);
  assert.equal(first.code, 0, first.error);
  assert.deepEqual([first.report.sent, first.report.sync], [5, { unchanged: 0, deleted: 0 }]);

  const second = await sync(folder);
  assert.deepEqual([second.code, second.report.sent, second.report.sync.unchanged], [0, 0, 5]);

  await put('c.txt', 'other words of c');
  await rm(join(folder, 'd.txt'));
  const third = await sync(folder);
  assert.deepEqual([third.code, third.report.sent], [0, 1]);
  assert.deepEqual(third.report.sync, { unchanged: 3, deleted: 1 });
  assert.deepEqual(await list(), ['a.md', 'b.pdf', 'c.txt', 'e.txt']);
  assert.equal((await fleet.client.manifest('docs', 'd.txt', signal))?.state, 'deleted');

  const restricted = await sync(folder, '--allow', 'group:crew');
  assert.deepEqual([restricted.report.sent, restricted.report.sync.unchanged], [4, 0], 'the acl is compared');
});

test('what can no longer be read stays, and of what is not known nothing is deleted', async (t) => {
  const { folder, sync, put, list } = await start(t);
  for (const name of ['a', 'b', 'c', 'd']) await put(`${name}.txt`, `words of ${name}`);
  await put('r.jsonl', '{"id":1,"text":"one"}\n{"id":2,"text":"two"}\n');
  await sync(folder);
  await put('a.txt', Buffer.from([0x63, 0xff]));
  await put('b.txt', '  ');
  const kept = await sync(folder);
  assert.deepEqual([kept.code, kept.report.sync], [3, { unchanged: 4, deleted: 0 }]);

  await put('r.jsonl', '{"id":1,"text":"one"}\n{"id":2,"te');
  const doubtful = await sync(folder);
  assert.equal(doubtful.code, 3);
  assert.match(doubtful.report.sync.refused, /1 of 6 .*not read whole: r\.jsonl:2 is not JSON/);
  assert.equal((await list()).length, 6);
});

test('suspiciously little is refused, unless --max-deleted lets it', async (t) => {
  const { folder, fleet, sync, put, list } = await start(t);
  for (const name of ['a', 'b', 'c']) await put(`${name}.txt`, `words of ${name}`);
  await sync(folder);
  await rm(join(folder, 'a.txt'));
  await rm(join(folder, 'b.txt'));
  const refused = await sync(folder);
  assert.equal(refused.code, 3);
  assert.match(refused.report.sync.refused, /2 of 3 documents are missing .*--max-deleted/);
  assert.equal((await list()).length, 3);
  const text = await freshet(['ingest', folder, '--source', 'docs', '--sync'], { FRESHET_URL: fleet.url });
  assert.match(text.out, /1 documents are unchanged, 0 were deleted .*2 of 3/);

  await rm(join(folder, 'c.txt'));
  assert.match((await sync(folder)).report.sync.refused, /3 of 3/, 'an empty folder deletes nothing');
  await put('c.txt', 'words of c');
  const allowed = await sync(folder, '--max-deleted', '0.7');
  assert.deepEqual([allowed.code, allowed.report.sync], [0, { unchanged: 1, deleted: 2 }]);
  assert.deepEqual(await list(), ['c.txt']);
  for (const wrong of ['1.5', '-1', 'x', '']) {
    assert.equal((await sync(folder, `--max-deleted=${wrong}`)).code, 2, wrong);
  }
  const alone = ['ingest', folder, '--source', 'docs', '--max-deleted', '1'];
  assert.equal((await freshet(alone, { FRESHET_URL: fleet.url })).code, 2);
});

test('a page that fails stays, one that left the list goes, and what is newer than the list survives', async (t) => {
  const { folder, fleet, sync, put, list } = await start(t);
  const broken = new Set<string>();
  let onRequest = async () => {};
  const server = createServer(async ({ url = '' }, response) => {
    await onRequest();
    if (broken.has(url)) response.writeHead(500).end();
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(`words of ${url}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls = ['/a', '/b', '/c', '/d', '/e', '/f', '/g'].map((path) => base + path);
  const file = join(folder, 'pages.urls');
  await put('pages.urls', urls.join('\n'));
  assert.equal((await sync(file)).report.sent, 7);

  broken.add('/a');
  await put('pages.urls', urls.slice(0, 5).join('\n'));
  // Somebody writes one of the two that left the list while it is read.
  const rewritten = { source: 'docs', documentId: urls[5] as string };
  onRequest = async () => {
    onRequest = async () => {};
    await fleet.write({ ...rewritten, content: 'written meanwhile' });
  };
  const report = await sync(file);
  assert.deepEqual([report.code, report.report.sent], [3, 0]);
  assert.deepEqual(report.report.sync, { unchanged: 4, deleted: 2 });
  assert.deepEqual(await list(), urls.slice(0, 6), 'the page that fails and the one that was rewritten stay');
});
