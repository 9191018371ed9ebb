import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientGone } from '../../http/request-context.ts';
import { openApp } from '../service/open-app.ts';

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true }),
  );
}

test('a request carries its trace into the answer and into its log lines', async (t) => {
  const { app, logged } = await openApp(t);
  app.get('/', async (request) => {
    request.log.info('working');
    return request.trace;
  });
  const traceId = 'a'.repeat(32);
  const answer = await app.inject({
    url: '/',
    headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
  });
  assert.equal(answer.headers['x-trace-id'], traceId);
  assert.equal(answer.json().traceId, traceId);
  assert.equal(logged.find(({ msg }) => msg === 'working')?.['traceId'], traceId);
  const fresh = await app.inject({ url: '/', headers: { traceparent: 'garbage' } });
  assert.match(String(fresh.headers['x-trace-id']), /^[0-9a-f]{32}$/);
});

test("the work of a request ends at its caller's deadline", async (t) => {
  const { app } = await openApp(t);
  app.get('/', async (request) => {
    throw await aborted(request.abort.signal);
  });
  const answer = await app.inject({ url: '/', headers: { 'freshet-timeout-ms': '20' } });
  assert.equal(answer.statusCode, 504);
  assert.equal(answer.json().code, 'FRESHET_DEADLINE_EXCEEDED');
});

test('a deadline that is no number of milliseconds is none', async (t) => {
  const { app } = await openApp(t);
  app.get('/', async () => 'done');
  for (const value of ['', 'soon', '-5', '0', 'NaN', 'Infinity', '1e999', '99999999999']) {
    const answer = await app.inject({ url: '/', headers: { 'freshet-timeout-ms': value } });
    assert.equal(answer.statusCode, 200, value);
  }
});

test('the work of a request ends when its client leaves', async (t) => {
  const { app, listen } = await openApp(t);
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  app.get('/', async (request) => {
    const reason = aborted(request.abort.signal);
    started.resolve();
    ended.resolve(await reason);
  });
  const origin = await listen();
  const client = new AbortController();
  const answer = fetch(origin, { signal: client.signal });
  await started.promise;
  client.abort();
  await assert.rejects(answer);
  assert.ok((await ended.promise) instanceof ClientGone);
});

test('a request that ends by itself is never aborted', async (t) => {
  const { app, listen } = await openApp(t);
  const closed = Promise.withResolvers<boolean>();
  app.get('/', async (request, reply) => {
    reply.raw.once('close', () => closed.resolve(request.abort.signal.aborted));
    return 'done';
  });
  assert.equal(await (await fetch(await listen())).text(), 'done');
  assert.equal(await closed.promise, false);
});

test('a close lets running requests end within their time', async (t) => {
  const { app, listen } = await openApp(t, { drainMs: 60_000 });
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  app.get('/', async () => {
    started.resolve();
    await finish.promise;
    return 'done';
  });
  const answer = fetch(await listen());
  await started.promise;
  const closed = app.close();
  finish.resolve();
  assert.equal((await answer).status, 200);
  await closed;
});

test('a close tells requests that take longer why they end', async (t) => {
  const { app, listen } = await openApp(t, { drainMs: 20 });
  const started = Promise.withResolvers<void>();
  app.get('/', async (request) => {
    const reason = aborted(request.abort.signal);
    started.resolve();
    throw await reason;
  });
  const answer = fetch(await listen());
  await started.promise;
  const closed = app.close();
  const response = await answer;
  assert.equal(response.status, 503);
  assert.equal(((await response.json()) as { code: string }).code, 'FRESHET_SHUTTING_DOWN');
  await closed;
});
