import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FreshetError } from '@freshet/shared/errors';
import { createS3Client } from '@freshet/sources/s3/client';
import { startFakeS3 } from '@freshet/testkit/fake-s3';
import { createContentReader, type OpenContent } from '../../content/content-reader.ts';
import { createFileContent } from '../../content/file-content.ts';
import { createHttpContent } from '../../content/http-content.ts';
import { createS3Content } from '../../content/s3-content.ts';

const { signal } = new AbortController();
const KIB = 1024;

/** What a fetch came to: the text, or the code of its error. */
async function fetchBy(open: OpenContent, contentUrl: string): Promise<string> {
  const reader = createContentReader({
    schemes: new Map(['http:', 'https:', 'file:', 's3:'].map((scheme) => [scheme, open])),
    budgetBytes: 64 * KIB,
    maxBytes: 64 * KIB,
    timeoutMs: 20_000,
  });
  const identity = { tenant: 't', source: 's', documentId: 'd', version: 1 };
  const document = { ...identity, mediaType: 'text/plain', contentUrl, changedAt: '2026-01-01T00:00:00Z' };
  try {
    return await reader.use(document, signal, async (content) => Buffer.from(content).toString());
  } catch (error) {
    assert.ok(error instanceof FreshetError, String(error));
    return error.code;
  }
}

async function serve(t: TestContext, routes: Record<string, (response: ServerResponse) => void>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const route = routes[request.url ?? ''];
    if (route) route(response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

test('pages of allowed hosts are fetched, and what answers otherwise has a code of its own', async (t) => {
  let failures = 2;
  const { port, asked } = await serve(t, {
    '/a?b=c': (response) => void response.end('alpha'),
    '/passing': (response) => void response.writeHead(failures-- > 0 ? 503 : 200).end('at last'),
    '/down': (response) => void response.writeHead(500).end(),
    '/throttled': (response) => void response.writeHead(429).end(),
    '/secret': (response) => void response.writeHead(403).end(),
    '/empty': (response) => void response.end(),
    '/packed': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    '/cut': (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    },
    '/large': (response) => void response.end('x'.repeat(65 * KIB)),
    '/endless': (response) => {
      const endless = new Readable({ read: () => void endless.push('x'.repeat(KIB)) });
      response.on('close', () => endless.destroy());
      endless.pipe(response);
    },
    '/moved': (response) => void response.writeHead(302, { location: '/a?b=c' }).end(),
    '/loop': (response) => void response.writeHead(302, { location: '/loop' }).end(),
    '/away': (response) => void response.writeHead(302, { location: `http://localhost:${port}/a?b=c` }).end(),
    '/metadata': (response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    '/file': (response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  });
  const host = `127.0.0.1:${port}`;
  const http = createHttpContent({ hosts: [host, '169.254.169.254'], allowPrivate: true });
  t.after(() => http.close());
  const outcomes: Record<string, string> = {
    '/a?b=c': 'alpha',
    '/passing': 'at last',
    '/down': 'FRESHET_CONTENT_UNAVAILABLE',
    '/throttled': 'FRESHET_CONTENT_UNAVAILABLE',
    '/cut': 'FRESHET_CONTENT_UNAVAILABLE',
    '/secret': 'FRESHET_CONTENT_URL_UNREADABLE',
    '/missing': 'FRESHET_CONTENT_URL_UNREADABLE',
    '/packed': 'FRESHET_CONTENT_URL_UNREADABLE',
    '/loop': 'FRESHET_CONTENT_URL_UNREADABLE',
    '/empty': 'FRESHET_CONTENT_EMPTY',
    '/large': 'FRESHET_CONTENT_TOO_LARGE',
    '/endless': 'FRESHET_CONTENT_TOO_LARGE',
    '/moved': 'alpha',
    '/away': 'FRESHET_CONTENT_URL_REFUSED',
    '/metadata': 'FRESHET_CONTENT_URL_REFUSED',
    '/file': 'FRESHET_CONTENT_URL_REFUSED',
  };
  for (const [path, outcome] of Object.entries(outcomes)) {
    assert.equal(await fetchBy(http.open, `http://${host}${path}`), outcome, path);
  }
  assert.equal(asked.filter((path) => path === '/down').length, 3);
  const strict = createHttpContent({ hosts: [host], allowPrivate: false });
  assert.equal(await fetchBy(strict.open, `http://${host}/a?b=c`), 'FRESHET_CONTENT_URL_REFUSED');
  const closed = createHttpContent({ hosts: ['127.0.0.1:1'], allowPrivate: true });
  assert.equal(await fetchBy(closed.open, 'http://127.0.0.1:1/'), 'FRESHET_CONTENT_UNAVAILABLE');
});

test('a name is connected to at the address that was checked, and at no other', async (t) => {
  const { port, asked } = await serve(t, { '/': (response) => void response.end('inside') });
  let answers: string[] = [];
  const lookup = ((_name, _options, callback) => {
    callback(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }]);
  }) as LookupFunction;
  const hosts = [`rebind.example.com:${port}`];
  const url = `http://rebind.example.com:${port}/`;
  const open = (allowPrivate: boolean) =>
    createHttpContent({ hosts, allowPrivate, lookup, attempts: 1 }).open;

  assert.equal(await fetchBy(open(false), url), 'FRESHET_CONTENT_URL_REFUSED');
  // Of the documentation's addresses first, of this machine when it is asked again.
  answers = ['192.0.2.1', '127.0.0.1'];
  assert.equal(await fetchBy(open(true), url), 'FRESHET_CONTENT_URL_REFUSED');
  assert.deepEqual([answers, asked], [['127.0.0.1'], []], 'asked for once, and never connected');
  answers = ['127.0.0.1', '192.0.2.1'];
  assert.equal(await fetchBy(open(true), url), 'inside');
});

test('files are read below the allowed folders alone, links and dots resolved', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-content-'));
  t.after(() => rm(folder, { recursive: true }));
  const root = join(folder, 'root');
  await mkdir(join(root, 'sub'), { recursive: true });
  await mkdir(`${root}-beside`);
  await writeFile(join(root, 'ä #1.txt'), 'inside');
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await writeFile(join(`${root}-beside`, 'b.txt'), 'outside');
  await symlink(join(folder, 'secret.txt'), join(root, 'link.txt'));
  await writeFile(join(root, 'large.txt'), 'x'.repeat(65 * KIB));
  const open = createFileContent({ roots: [root] });
  const url = (path: string) => pathToFileURL(join(root, path)).href;
  const base = pathToFileURL(root).href;
  assert.equal(await fetchBy(open, url('ä #1.txt')), 'inside');
  const refused = ['/link.txt', '/../secret.txt', '/%2e%2e/secret.txt', '-beside/b.txt', '/a%2fb', ''];
  for (const path of refused) {
    const code = await fetchBy(open, base + path);
    assert.equal(code, 'FRESHET_CONTENT_URL_REFUSED', path);
  }
  assert.equal(await fetchBy(open, 'file://host/a.txt'), 'FRESHET_CONTENT_URL_REFUSED');
  assert.equal(await fetchBy(open, url('missing.txt')), 'FRESHET_CONTENT_URL_UNREADABLE');
  assert.equal(await fetchBy(open, url('sub')), 'FRESHET_CONTENT_URL_UNREADABLE');
  assert.equal(await fetchBy(open, url('large.txt')), 'FRESHET_CONTENT_TOO_LARGE');
});

test('objects of allowed buckets are fetched with a signature, whatever their keys are', async (t) => {
  const s3 = await startFakeS3();
  t.after(() => s3.close());
  // Where the client of AWS looks for them.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
  s3.put('docs', 'a b/ä+?.txt', 'object');
  s3.put('docs', 'private/x.txt', 'object');
  s3.put('other', 'x.txt', 'object');
  s3.put('docs', 'a b/large', 'x'.repeat(65 * KIB));
  const client = createS3Client(s3.url);
  t.after(() => client.destroy());
  const open = createS3Content({ buckets: ['docs/a b/'], client });
  assert.equal(await fetchBy(open, 's3://docs/a%20b/%C3%A4%2B%3F.txt'), 'object');
  for (const url of ['s3://docs/private/x.txt', 's3://other/x.txt', 's3://docs/', 's3://docs/a%20b/x?y']) {
    assert.equal(await fetchBy(open, url), 'FRESHET_CONTENT_URL_REFUSED', url);
  }
  assert.equal(await fetchBy(open, 's3://docs/a%20b/missing'), 'FRESHET_CONTENT_URL_UNREADABLE');
  assert.equal(await fetchBy(open, 's3://docs/a%20b/large'), 'FRESHET_CONTENT_TOO_LARGE');
  s3.failNext(3, 503);
  assert.equal(await fetchBy(open, 's3://docs/a%20b/%C3%A4%2B%3F.txt'), 'FRESHET_CONTENT_UNAVAILABLE');
  s3.failNext(1, 403);
  assert.equal(await fetchBy(open, 's3://docs/a%20b/%C3%A4%2B%3F.txt'), 'FRESHET_CONTENT_URL_UNREADABLE');
});
