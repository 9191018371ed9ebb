import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readInputs } from '../input/read-inputs.ts';

test('a list of URLs gives a document for each page that can be read, and a reason for each that cannot', async (t) => {
  const pages: Record<string, [type: string, body: string | Buffer, headers?: Record<string, string>]> = {
    '/a': ['text/html; charset=utf-8', '<p>Alpha</p>', { 'last-modified': 'Wed, 21 Oct 2026 07:28:00 GMT' }],
    '/b': ['text/plain', 'Beta'],
    '/image': ['image/png', 'x'],
    '/latin': ['text/plain', Buffer.from([0x63, 0xff])],
    '/pdf': ['application/pdf', '%PDF-1.7'],
    '/large': ['text/plain', 'x'.repeat(600_000)],
  };
  const server = createServer((request, response) => {
    const [type, body, headers] = pages[request.url ?? ''] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type, ...headers }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'freshet-urls-'));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const list = join(folder, 'list.urls');
  const paths = [...Object.keys(pages), '/missing'];
  await writeFile(list, `# pages\n\n${paths.map((path) => base + path).join('\n')}\n`);

  const items = await Array.fromAsync(
    readInputs([list], { source: 'web', signal: new AbortController().signal }),
  );
  const outcomes = items.map((item) =>
    'document' in item
      ? `${item.document.documentId} ${item.document.mediaType}`
      : `${item.skipped.name} ${item.skipped.reason}`,
  );
  assert.deepEqual(outcomes.slice(0, 3), [
    `${base}/a text/html`,
    `${base}/b text/plain`,
    `${base}/image is image/png, which is not read`,
  ]);
  assert.match(outcomes[3] ?? '', /latin .*not valid/);
  assert.equal(outcomes[4], `${base}/pdf application/pdf`);
  assert.match(outcomes[5] ?? '', /large is larger than 512 KiB/);
  assert.match(outcomes[6] ?? '', /missing answered 404/);
  assert.ok(items[0] && 'document' in items[0]);
  assert.equal(items[0].document.changedAt, '2026-10-21T07:28:00.000Z');
});
