import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { DocumentInput } from '@freshet/shared/contracts';
import { startFleet } from './fleet.ts';

const { signal } = new AbortController();

test('content that is elsewhere is fetched and found; where it may not be, a dead letter says why', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-content-'));
  t.after(() => rm(folder, { recursive: true }));
  const fleet = await startFleet(t, { env: { CONTENT_FILE_ROOTS: folder } });
  // Larger than what may be sent along.
  const text = `The spring tide peaks at noon.\n\n${'Ebb and flow. '.repeat(60_000)}`;
  await writeFile(join(folder, 'tides.md'), text);
  const document = { source: 'test', mediaType: 'text/markdown' };
  const elsewhere = (documentId: string, contentUrl: string): DocumentInput => ({
    ...document,
    documentId,
    contentUrl,
  });
  const { watermark, accepted } = await fleet.client.write(
    [
      elsewhere('tides', pathToFileURL(join(folder, 'tides.md')).href),
      elsewhere('passwords', 'file:///etc/passwd'),
      elsewhere('page', 'https://example.com/page'),
      { ...document, documentId: 'inline', content: 'inline' },
    ],
    signal,
  );
  assert.equal(accepted.length, 4);
  const { passages } = await fleet.client.search({ query: 'spring tide noon', after: watermark }, signal);
  assert.equal(passages[0]?.documentId, 'tides');
  assert.match((await fleet.client.manifest('test', 'tides', signal))?.contentHash ?? '', /^[0-9a-f]{64}$/);
  const refused = fleet.logged.filter((line) => line.includes('FRESHET_CONTENT_URL_REFUSED'));
  assert.equal(refused.length, 2);
  assert.match(refused.join(), /CONTENT_URL_HOSTS/);
  assert.match(refused.join(), /CONTENT_FILE_ROOTS/);
});

test('a document has its content or says where it is: exactly one of both', async (t) => {
  const fleet = await startFleet(t);
  const document = { source: 'test', documentId: 'a', mediaType: 'text/plain' };
  const wrong = [
    document,
    { ...document, content: 'x', contentUrl: 'https://example.com/' },
    { ...document, contentUrl: 'https://example.com/', contentEncoding: 'base64' as const },
    { ...document, contentUrl: 'ftp://example.com/' },
  ] as DocumentInput[];
  const { refused } = await fleet.client.write([...wrong, { ...document, content: 'right' }], signal);
  assert.deepEqual(
    refused.map(({ index, code }) => [index, code]),
    wrong.map((_, index) => [index, 'FRESHET_REQUEST_INVALID']),
  );
});
