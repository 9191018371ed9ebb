import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WriteResult } from '@freshet/cli/client';
import { handbookXlsx } from '@freshet/ingestor/test/parse/samples/office';
import { handbookPdf } from '@freshet/ingestor/test/parse/samples/pdf';
import type { ChatResponse, ManifestsResponse } from '@freshet/shared/contracts';
import { question, startFleet } from './fleet.ts';

const { signal } = new AbortController();
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('what was written is found once its watermark is reached, and what was deleted no more', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write({
    documentId: 'a/ä 1.md',
    mediaType: 'text/markdown',
    content: '# Tides\n\nThe spring tide peaks at noon.',
  });
  const found = await fleet.client.search({ query: 'spring tide' }, signal);
  assert.equal(found.passages[0]?.documentId, 'a/ä 1.md');
  const manifest = await fleet.client.manifest('test', 'a/ä 1.md', signal);
  assert.equal(manifest?.state, 'live');

  const { watermark } = await fleet.client.delete('test', 'a/ä 1.md', signal);
  const after = await fleet.client.search({ query: 'spring tide', after: watermark }, signal);
  assert.deepEqual(after.passages, []);
  assert.equal((await fleet.client.manifest('test', 'a/ä 1.md', signal))?.state, 'deleted');
});

test('of two writes the later one wins, and an older version changes nothing', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write({ documentId: 'a', content: 'first words' });
  await fleet.write({ documentId: 'a', content: 'second words' });
  await fleet.write({ documentId: 'a', content: 'stale words', version: 1 });
  const { passages } = await fleet.client.search({ query: 'words' }, signal);
  assert.deepEqual(
    passages.map(({ text }) => text),
    ['second words'],
  );
});

test('documents are checked one by one: the good are taken, the bad are named with a reason', async (t) => {
  const fleet = await startFleet(t, { env: { SOURCES: '{"known":{"acl":{"public":true}}}' } });
  const good = { source: 'known', documentId: 'good', mediaType: 'text/plain', content: 'good 😀 שלום' };
  const response = await post(fleet.url, {
    documents: [
      good,
      { ...good, source: 'unknown' },
      { ...good, documentId: 'nul\0' },
      { ...good, content: '  \n ' },
      { ...good, content: 'x'.repeat(512 * 1024 + 1) },
      { ...good, content: 'ü'.repeat(300 * 1024) },
      { ...good, version: -1 },
      { ...good, mediaType: 'application/msword' },
      { ...good, extra: true },
      'not a document',
      null,
      { ...good, mediaType: 'application/pdf' },
      { ...good, mediaType: 'application/pdf', contentEncoding: 'base64', content: 'no base64!' },
      { ...good, contentEncoding: 'base64', content: Buffer.alloc(512 * 1024 + 1).toString('base64') },
    ],
  });
  assert.equal(response.status, 202);
  const { accepted, refused } = (await response.json()) as {
    accepted: { index: number }[];
    refused: { index: number; code: string }[];
  };
  assert.deepEqual(
    accepted.map(({ index }) => index),
    [0],
  );
  assert.deepEqual(
    refused.map(({ index, code }) => [index, code]),
    [
      [1, 'FRESHET_SOURCE_UNKNOWN'],
      [2, 'FRESHET_REQUEST_INVALID'],
      [3, 'FRESHET_CONTENT_EMPTY'],
      [4, 'FRESHET_CONTENT_TOO_LARGE'],
      [5, 'FRESHET_CONTENT_TOO_LARGE'],
      [6, 'FRESHET_REQUEST_INVALID'],
      [7, 'FRESHET_REQUEST_INVALID'],
      [8, 'FRESHET_REQUEST_INVALID'],
      [9, 'FRESHET_REQUEST_INVALID'],
      [10, 'FRESHET_REQUEST_INVALID'],
      [11, 'FRESHET_CONTENT_ENCODING_INVALID'],
      [12, 'FRESHET_CONTENT_ENCODING_INVALID'],
      [13, 'FRESHET_CONTENT_TOO_LARGE'],
    ],
  );
  for (const body of [{}, { documents: [] }, { documents: 'x' }, { documents: [null] }, [1]]) {
    assert.equal((await post(fleet.url, body)).status, 400, JSON.stringify(body));
  }
});

test('documents come one a line, too, and a line that is broken holds up no other', async (t) => {
  const fleet = await startFleet(t);
  const line = (documentId: string) =>
    JSON.stringify({
      source: 'test',
      documentId,
      mediaType: 'text/plain',
      content: `words of ${documentId}`,
    });
  const response = await fetch(`${fleet.url}/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: [line('a'), '{"source":"test",', line('b'), '', '"text"'].join('\n'),
  });
  const { accepted, refused } = (await response.json()) as WriteResult;
  assert.deepEqual(
    accepted.map(({ index, documentId }) => [index, documentId]),
    [
      [0, 'a'],
      [2, 'b'],
    ],
  );
  assert.deepEqual(
    refused.map(({ index, code, detail }) => [index, code, detail.slice(0, 27)]),
    [
      [1, 'FRESHET_BODY_MALFORMED', 'Line 2 is not JSON in UTF-8'],
      [3, 'FRESHET_REQUEST_INVALID', '/ must be object'],
    ],
  );
});

test('a request that is repeated under its key changes nothing, whatever was written in between', async (t) => {
  const fleet = await startFleet(t);
  const document = { source: 'test', documentId: 'a', mediaType: 'text/plain', content: 'from the first' };
  const send = async (content: string, key?: string) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const response = await post(fleet.url, { documents: [{ ...document, content }] }, headers);
    return { status: response.status, ...((await response.json()) as WriteResult & { code: string }) };
  };
  const first = await send('from the first', 'request-1');
  const second = await send('from the second', 'request-2');
  const repeated = await send('from the first', 'request-1');
  assert.deepEqual(repeated.accepted, first.accepted);
  const { passages } = await fleet.client.search({ query: 'from', after: repeated.watermark }, signal);
  assert.deepEqual(
    [passages[0]?.text, passages[0]?.version],
    ['from the second', second.accepted[0]?.version],
  );
  const reused = await send('something else', 'request-1');
  assert.deepEqual([reused.status, reused.code], [422, 'FRESHET_IDEMPOTENCY_KEY_REUSED']);
  assert.equal((await send('x', 'two words')).status, 400);

  const remove = async () => {
    const response = await fetch(`${fleet.url}/v1/documents/test/a`, {
      method: 'DELETE',
      headers: { 'idempotency-key': 'request-3' },
    });
    return (await response.json()) as { version: number };
  };
  assert.equal((await remove()).version, (await remove()).version);
});

test('a document that cannot be read holds nothing up and stays in the dead letters', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write(
    { documentId: 'empty', mediaType: 'text/html', content: '<nav>only a menu</nav>' },
    { documentId: 'good', content: 'good words' },
  );
  assert.equal(await fleet.client.manifest('test', 'empty', signal), undefined);
  assert.equal((await fleet.client.manifest('test', 'good', signal))?.state, 'live');
  assert.ok(fleet.logged.some((line) => line.includes('FRESHET_CONTENT_EMPTY')));
});

test('documents in base64 are found by what they say, and damaged ones hold nothing up', async (t) => {
  const fleet = await startFleet(t);
  const encoded = (content: Uint8Array) =>
    ({ content: Buffer.from(content).toString('base64'), contentEncoding: 'base64' }) as const;
  const office = 'application/vnd.openxmlformats-officedocument';
  const pdf = await handbookPdf();
  await fleet.write(
    { documentId: 'a.pdf', mediaType: 'application/pdf', ...encoded(pdf) },
    { documentId: 'half.pdf', mediaType: 'application/pdf', ...encoded(pdf.slice(0, 900)) },
    { documentId: 'b.xlsx', mediaType: `${office}.spreadsheetml.sheet`, ...encoded(handbookXlsx()) },
    {
      documentId: 'c.txt',
      mediaType: 'text/plain; charset=utf-16le',
      ...encoded(Buffer.from('crème', 'utf16le')),
    },
  );
  const find = async (query: string) => (await fleet.client.search({ query }, signal)).passages[0];
  assert.deepEqual((await find('wedding leave moving house'))?.documentId, 'a.pdf');
  assert.match((await find('Ada share'))?.text ?? '', /Name \| From \| Share\nAda L\./);
  assert.equal((await find('crème'))?.text, 'crème');
  assert.equal(await fleet.client.manifest('test', 'half.pdf', signal), undefined);
  assert.ok(fleet.logged.some((line) => line.includes('FRESHET_CONTENT_UNREADABLE')));
});

const keys = [
  { key: 'writer-key-0123456789', tenant: 'default', principals: ['group:security'], canWrite: true },
  { key: 'reader-key-0123456789', tenant: 'default', principals: ['user:bo'] },
  { key: 'foreign-key-012345678', tenant: 'other', principals: ['group:security'], canWrite: true },
];

test('no answer, search or look-up shows a caller what the acl does not allow', async (t) => {
  const fleet = await startFleet(t, { keys });
  await fleet.write({
    documentId: 'secret',
    content: 'The vault opens with code 4711.',
    acl: { allow: ['group:security'] },
  });
  const answerTo = async (key: string) => {
    const response = await fleet.ask(question('vault code'), {
      accept: 'application/json',
      authorization: `Bearer ${key}`,
    });
    return (await response.json()) as ChatResponse;
  };
  assert.match((await answerTo('writer-key-0123456789')).answer, /4711/);
  for (const key of ['reader-key-0123456789', 'foreign-key-012345678']) {
    const answer = await answerTo(key);
    assert.equal(answer.finishReason, 'abstained');
    assert.ok(!JSON.stringify(answer).includes('4711'));
    const lookup = await fetch(`${fleet.url}/v1/documents/test/secret`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(lookup.status, 404);
  }
});

test('who may write lists the documents of a source page by page, and nobody else does', async (t) => {
  const fleet = await startFleet(t, { keys });
  const ids = ['a', 'b/ä', 'c', 'd'];
  await fleet.write(...ids.map((documentId) => ({ documentId, acl: { allow: ['user:cy'] } })));
  const { watermark } = await fleet.client.delete('test', 'c', signal);
  await fleet.client.search({ query: 'anything', after: watermark }, signal);
  const list = async (key: string, query: string) => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${fleet.url}/v1/documents?${query}`, { headers });
    return { status: response.status, ...((await response.json()) as ManifestsResponse) };
  };
  const key = 'writer-key-0123456789';
  const first = await list(key, 'source=test&limit=3');
  assert.deepEqual(
    first.documents.map(({ documentId, state }) => [documentId, state]),
    [
      ['a', 'live'],
      ['b/ä', 'live'],
      ['c', 'deleted'],
    ],
  );
  const second = await list(key, `source=test&limit=3&after=${first.next}`);
  assert.deepEqual([second.documents.map(({ documentId }) => documentId), second.next], [['d'], undefined]);
  const live = await Array.fromAsync(fleet.client.list('test', signal));
  assert.deepEqual(
    live.map(({ documentId }) => documentId),
    ['a', 'b/ä', 'd'],
  );
  assert.equal((await list('reader-key-0123456789', 'source=test')).status, 403);
  assert.deepEqual((await list('foreign-key-012345678', 'source=test')).documents, []);
  assert.equal((await list(key, 'limit=3')).status, 400);
  assert.equal((await list(key, 'source=test&limit=0')).status, 400);
});

test('a key that is missing, unknown or may not write is refused', async (t) => {
  const fleet = await startFleet(t, { keys });
  const document = { source: 'test', documentId: 'a', mediaType: 'text/plain', content: 'x' };
  assert.equal((await post(fleet.url, { documents: [document] })).status, 401);
  assert.equal(
    (await post(fleet.url, { documents: [document] }, { authorization: 'Bearer nobody' })).status,
    401,
  );
  const reader = { authorization: 'Bearer reader-key-0123456789' };
  assert.equal((await post(fleet.url, { documents: [document] }, reader)).status, 403);
  assert.equal((await fetch(`${fleet.url}/v1/watermark`)).status, 401);
  assert.equal((await fetch(`${fleet.url}/`)).status, 200, 'the page holds no data');
});

test('the services behind the gateway trust its token alone', async (t) => {
  const fleet = await startFleet(t);
  const { retriever, generator } = fleet.standalone.urls;
  for (const [url, body] of [
    [`${retriever}/v1/retrieve`, { query: 'x' }],
    [`${generator}/v1/generate`, { messages: [{ role: 'user', content: 'x' }], passages: [] }],
  ] as const) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 401, url);
  }
});

test('the contract, its page and the health of the fleet are served', async (t) => {
  const fleet = await startFleet(t);
  const openapi = (await (await fetch(`${fleet.url}/openapi.json`)).json()) as { paths: object };
  assert.deepEqual(Object.keys(openapi.paths).sort(), [
    '/v1/chat',
    '/v1/documents',
    '/v1/documents/{source}/{documentId}',
    '/v1/refusals',
    '/v1/search',
    '/v1/watermark',
    '/v1/webhooks/{connector}',
  ]);
  for (const path of ['/', '/docs/', '/livez', '/readyz', '/metrics']) {
    assert.equal((await fetch(fleet.url + path)).status, 200, path);
  }
});
