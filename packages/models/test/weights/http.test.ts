import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ensureWeights } from '../../weights/ensure.ts';
import { httpSource } from '../../weights/http.ts';
import { contents, listing, tempFolder, tinyBundle } from './fixture.ts';
import { serve } from './serve.ts';

const contentOf = (url: string | undefined) => contents[url?.slice(1) as keyof typeof contents];

test('files are downloaded, through redirects', async (t) => {
  const store = await serve(t, (request, response) => response.end(contentOf(request.url)));
  const page = await serve(t, (request, response) => {
    response.writeHead(302, { location: store + request.url }).end();
  });
  const cacheDir = await tempFolder(t);
  await ensureWeights(tinyBundle(page), { cacheDir, sources: [httpSource()] });
  assert.deepEqual(await listing(cacheDir), contents);
});

for (const [kind, answer, reason] of [
  ['an error page', { status: 404, body: 'no such file' }, /127\.0\.0\.1:\d+ answered 404/],
  ['another file', { status: 200, body: 'a page that says sorry'.padEnd(160_000) }, /wrong sha256/],
  ['a shorter file', { status: 200, body: 'w' }, /ended after 1 of 160000 bytes/],
] as const) {
  test(`${kind} is not taken for weights`, async (t) => {
    const page = await serve(t, (_request, response) => response.writeHead(answer.status).end(answer.body));
    const cacheDir = await tempFolder(t);
    await assert.rejects(ensureWeights(tinyBundle(page), { cacheDir, sources: [httpSource()] }), reason);
    assert.deepEqual(await listing(cacheDir), {});
  });
}

test('a connection that breaks off leaves nothing', async (t) => {
  const page = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 160_000 });
    response.write(contents['tiny.onnx'].subarray(0, 80_000), () => response.destroy());
  });
  const cacheDir = await tempFolder(t);
  await assert.rejects(ensureWeights(tinyBundle(page), { cacheDir, sources: [httpSource()] }), {
    code: 'FRESHET_MODEL_UNAVAILABLE',
    message: /download: 127\.0\.0\.1:\d+: /,
  });
  assert.deepEqual(await listing(cacheDir), {});
});

test('a server that stops sending is given up', async (t) => {
  const page = await serve(t, (_request, response) => {
    response.write(contents['tiny.onnx'].subarray(0, 80_000));
  });
  const cacheDir = await tempFolder(t);
  const sources = [httpSource({ stallTimeoutMs: 50 })];
  await assert.rejects(ensureWeights(tinyBundle(page), { cacheDir, sources }), /sent nothing for 0.05 s/);
  assert.deepEqual(await listing(cacheDir), {});
});

test('a server that cannot be reached is named with the reason', async (t) => {
  const cacheDir = await tempFolder(t);
  const sources = [httpSource()];
  await assert.rejects(ensureWeights(tinyBundle(), { cacheDir, sources }), /download: 127\.0\.0\.1:1: /);
});

test('an abort closes the connection and leaves nothing', async (t) => {
  const controller = new AbortController();
  const closed = Promise.withResolvers<void>();
  const page = await serve(t, async (_request, response) => {
    response.write(contents['tiny.onnx'].subarray(0, 80_000));
    controller.abort(new Error('interrupted'));
    await once(response, 'close');
    closed.resolve();
  });
  const cacheDir = await tempFolder(t);
  const { signal } = controller;
  const sources = [httpSource()];
  await assert.rejects(ensureWeights(tinyBundle(page), { cacheDir, sources, signal }), /interrupted/);
  await closed.promise;
  assert.deepEqual(await listing(cacheDir), {});
});
