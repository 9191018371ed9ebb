import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRetryAfter } from '../retry-after.ts';
import { openConfluence, readOne, signal } from './fixture.ts';

function recorder() {
  const pauses: number[] = [];
  return { pauses, pause: async (ms: number) => void pauses.push(ms) };
}

test('a rate limit is waited out for as long as it says, however often, and nothing is lost', async (t) => {
  const { pauses, pause } = recorder();
  const throttled: number[] = [];
  const options = { pause, onThrottled: (_: string, ms: number) => void throttled.push(ms) };
  const { fake, reader } = await openConfluence(t, {}, options);
  fake.wiki.put({ id: '1' });
  fake.gate.throttleNext(7, '13');
  assert.equal((await readOne(reader, 'page', '1')).type, 'upserted');
  assert.deepEqual(pauses, Array(7).fill(13_000));
  assert.deepEqual(throttled, pauses);
});

test('a rate limit that names no time is waited out with growing pauses', async (t) => {
  const { pauses, pause } = recorder();
  const { fake, reader } = await openConfluence(t, {}, { pause });
  fake.wiki.put({ id: '1' });
  fake.gate.throttleNext(3);
  assert.equal((await readOne(reader, 'page', '1')).type, 'upserted');
  assert.equal(pauses.length, 3);
  assert.ok(pauses.every((ms, i) => ms >= 250 * 2 ** i && ms <= 500 * 2 ** i));
});

test('a wait ends when the reader is told to stop', async (t) => {
  const stop = new AbortController();
  const pause = async () => stop.abort(new Error('stopped'));
  const { fake, reader } = await openConfluence(t, {}, { pause });
  fake.gate.throttleNext(1, '3600');
  await assert.rejects(reader.read({ kind: 'page', id: '1' }, stop.signal), /stopped/);
});

test('a failing server and a closed connection are tried again, and then told by name', async (t) => {
  const { fake, reader } = await openConfluence(t);
  fake.wiki.put({ id: '1' });
  fake.gate.failNext(2, 503);
  fake.gate.failNext(1, 'closed');
  assert.equal((await readOne(reader, 'page', '1')).type, 'upserted');
  fake.gate.failNext(4, 502);
  await assert.rejects(readOne(reader, 'page', '1'), {
    code: 'FRESHET_SOURCE_UNAVAILABLE',
    isRetryable: true,
  });
});

test('credentials that do not count, and rights that are missing, are no deletion', async (t) => {
  const { fake, reader } = await openConfluence(t, { credentials: { token: { env: 'TOKEN' } } });
  fake.wiki.put({ id: '1' });
  await assert.rejects(readOne(reader, 'page', '1'), {
    code: 'FRESHET_SOURCE_REFUSED',
    isRetryable: false,
    message: /one answered 401 to GET \/wiki\/api\/v2\/pages\/1\./,
  });
  for (const status of [301, 400, 403]) {
    fake.gate.failNext(1, status);
    await assert.rejects(reader.read({ kind: 'page', id: '1' }, signal), { code: 'FRESHET_SOURCE_REFUSED' });
  }
});

test('Retry-After is read in seconds and as a date, and never beyond an hour', () => {
  const now = Date.parse('2026-03-04T05:06:07Z');
  const read = (value?: string) => readRetryAfter({ 'retry-after': value }, now);
  assert.equal(read('30'), 30_000);
  assert.equal(read('0.5'), 500);
  assert.equal(read('Wed, 04 Mar 2026 05:06:37 GMT'), 30_000);
  assert.equal(read('Wed, 04 Mar 2026 05:00:00 GMT'), 0);
  assert.equal(read('99999999'), 3_600_000);
  for (const none of [undefined, '', 'soon']) assert.equal(read(none), undefined);
});
