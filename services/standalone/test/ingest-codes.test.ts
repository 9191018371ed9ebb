import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshet } from '@freshet/cli/test/run-cli';
import { startFleet } from './fleet.ts';

test('freshet ingest says of each document under which code it was refused, wherever that was', async (t) => {
  const fleet = await startFleet(t);
  const folder = await mkdtemp(join(tmpdir(), 'freshet-codes-'));
  t.after(() => rm(folder, { recursive: true }));
  const files: [name: string, content: string | Buffer][] = [
    ['good.md', 'The tide turns.'],
    ['empty.md', ' \n'],
    ['also-empty.txt', ''],
    ['latin.txt', Buffer.from([0x67, 0x72, 0xfc, 0xdf, 0x65])],
    ['large.txt', 'x'.repeat(600 * 1024)],
    ['photo.jpeg', 'x'],
    // These are found by the ingestor alone.
    ['broken.pdf', '%PDF-1.7\nnothing'],
    ['bare.html', '<script>1</script>'],
    // This one by the gateway.
    ['acl.md', '---\nacl: [everyone]\n---\ntext'],
  ];
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  const run = (...options: string[]) =>
    freshet(['ingest', folder, '--source', 'test', ...options], { FRESHET_URL: fleet.url });

  const { out, error, code } = await run();
  assert.equal(code, 3, error);
  const expected: [name: string, code: string][] = [
    ['empty.md', 'FRESHET_CONTENT_EMPTY'],
    ['also-empty.txt', 'FRESHET_CONTENT_EMPTY'],
    ['latin.txt', 'FRESHET_CONTENT_CHARSET_INVALID'],
    ['large.txt', 'FRESHET_CONTENT_TOO_LARGE'],
    ['photo.jpeg', 'FRESHET_MEDIA_TYPE_UNSUPPORTED'],
    ['broken.pdf', 'FRESHET_CONTENT_UNREADABLE'],
    ['bare.html', 'FRESHET_CONTENT_EMPTY'],
    ['acl.md', 'FRESHET_REQUEST_INVALID'],
  ];
  for (const [name, code] of expected) {
    assert.match(error, new RegExp(`^skipped ${name}: ${code}: \\S.*$`, 'm'));
  }
  assert.match(error, /^3 refused under FRESHET_CONTENT_EMPTY$/m);
  assert.match(error, /^1 refused under FRESHET_CONTENT_TOO_LARGE$/m);
  assert.match(out, /^1 documents are searchable, 8 were skipped/m);

  const again = await run('--json');
  assert.equal(again.code, 3);
  const report = JSON.parse(again.out);
  assert.equal(report.codes.FRESHET_CONTENT_EMPTY, 3);
  assert.equal(report.skipped.length, expected.length);
});

test('refusals are told to those who may write, of their own tenant alone', async (t) => {
  const keys = [
    { key: 'key-of-the-writer', tenant: 'default', principals: [], canWrite: true },
    { key: 'key-of-the-reader', tenant: 'default', principals: [] },
    { key: 'key-of-a-stranger', tenant: 'other', principals: [], canWrite: true },
  ];
  const fleet = await startFleet(t, { keys });
  await fleet.write({ documentId: 'a', mediaType: 'text/html', content: '<script>1</script>' });
  const ask = async (key: string, query = 'source=test') => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${fleet.url}/v1/refusals?${query}`, { headers });
    return { status: response.status, body: (await response.json()) as { refusals: { code: string }[] } };
  };
  const { body } = await ask('key-of-the-writer');
  assert.deepEqual(
    body.refusals.map(({ code }) => code),
    ['FRESHET_CONTENT_EMPTY'],
  );
  assert.deepEqual((await ask('key-of-a-stranger')).body, { refusals: [] });
  assert.equal((await ask('key-of-the-reader')).status, 403);
  assert.equal((await ask('key-of-the-writer', 'source=')).status, 400);
});
