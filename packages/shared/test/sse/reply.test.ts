import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fastifySSE } from '@fastify/sse';
import { createServiceClient } from '../../http/client.ts';
import { toFreshetError } from '../../http/problems.ts';
import { ClientGone } from '../../http/request-context.ts';
import { createEventStream } from '../../sse/reply.ts';
import { openApp } from '../service/open-app.ts';

type TestEvent = { type: 'tick'; n: number; pad?: string } | { type: 'failed'; code: string };

interface Steered {
  origin: string;
  app: Awaited<ReturnType<typeof openApp>>['app'];
  /** What ended the work: undefined when it came to its own end. */
  ended: Promise<unknown>;
}

/** A service that streams what `work` yields, as the services of the fleet do. */
async function openStream(
  t: TestContext,
  work: (signal: AbortSignal) => AsyncIterable<TestEvent>,
  { stallTimeoutMs = 60_000 } = {},
): Promise<Steered> {
  const { app, listen } = await openApp(t);
  const ended = Promise.withResolvers<unknown>();
  await app.register(fastifySSE, { heartbeatInterval: 15_000 });
  app.get('/stream', { sse: 'only' }, async (request, reply) => {
    const { signal } = request.abort;
    const stream = createEventStream<TestEvent>(reply, { signal, stallTimeoutMs });
    try {
      for await (const event of work(signal)) await stream.send(event);
      ended.resolve(undefined);
    } catch (thrown) {
      ended.resolve(signal.aborted ? signal.reason : thrown);
      if (signal.reason instanceof ClientGone) return;
      const { code } = toFreshetError(signal.aborted ? signal.reason : thrown);
      await stream.fail({ type: 'failed', code });
    }
  });
  return { origin: await listen(), app, ended: ended.promise };
}

/** Yields, then waits until it is aborted. */
async function* oneThenWait(signal: AbortSignal): AsyncGenerator<TestEvent> {
  yield { type: 'tick', n: 1 };
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  await promise;
}

async function* padded(count: number, size: number): AsyncGenerator<TestEvent> {
  for (let n = 1; n <= count; n++) yield { type: 'tick', n, pad: 'x'.repeat(size) };
}

/** A client whose socket is in the test's hands; it reads nothing until it is resumed. */
async function rawClient(t: TestContext, origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.pause();
  socket.on('error', () => {});
  socket.write('GET /stream HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n');
  return socket;
}

function connectTo(t: TestContext, origin: string) {
  const client = createServiceClient({ name: 'stream', baseUrl: origin });
  t.after(() => client.close());
  return client;
}

test('an event carries its type and a number that counts from 1', async (t) => {
  const { origin, ended } = await openStream(t, () => padded(2, 1));
  const response = await fetch(`${origin}/stream`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.match(response.headers.get('x-trace-id') ?? '', /^[0-9a-f]{32}$/);
  const frames = (await response.text()).trim().split('\n\n');
  assert.deepEqual(
    frames.map((frame) => frame.split('\n').sort()),
    [1, 2].map((n) => [`data: {"type":"tick","n":${n},"pad":"x"}`, 'event: tick', `id: ${n}`]),
  );
  assert.equal(await ended, undefined);
});

test('a client that leaves in mid-stream stops the work', async (t) => {
  const { origin, ended } = await openStream(t, oneThenWait);
  for await (const _event of connectTo(t, origin).events({ method: 'GET', path: '/stream' })) break;
  assert.ok((await ended) instanceof ClientGone);
});

test('a client that leaves with its socket full stops the work', async (t) => {
  const { origin, ended } = await openStream(t, () => padded(10_000, 64 * 1024));
  const socket = await rawClient(t, origin);
  socket.once('readable', () => socket.destroy());
  assert.ok((await ended) instanceof ClientGone);
});

test('a client that reads slowly gets everything', async (t) => {
  const count = 64;
  const { origin, ended } = await openStream(t, () => padded(count, 256 * 1024));
  let n = 0;
  for await (const event of connectTo(t, origin).events<{ n: number }>({ method: 'GET', path: '/stream' })) {
    n += 1;
    assert.equal(event.n, n);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
  assert.equal(n, count);
  assert.equal(await ended, undefined);
});

test('a client that stops reading is cut off after stallTimeoutMs', async (t) => {
  const { origin, ended } = await openStream(t, () => padded(10_000, 64 * 1024), { stallTimeoutMs: 100 });
  const socket = await rawClient(t, origin);
  const error = await ended;
  assert.ok(
    (error as { code?: string }).code === 'FRESHET_DEADLINE_EXCEEDED' || error instanceof ClientGone,
    String(error),
  );
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await closed;
});

test('a close of the app ends live streams with a last event', async (t) => {
  const { origin, app, ended } = await openStream(t, oneThenWait);
  const seen: unknown[] = [];
  let closed: Promise<void> | undefined;
  for await (const event of connectTo(t, origin).events({ method: 'GET', path: '/stream' })) {
    seen.push(event);
    closed ??= app.close();
  }
  assert.deepEqual(seen, [
    { type: 'tick', n: 1 },
    { type: 'failed', code: 'FRESHET_SHUTTING_DOWN' },
  ]);
  assert.equal(((await ended) as { code: string }).code, 'FRESHET_SHUTTING_DOWN');
  await closed;
});

test('a close of the app is not held up by a client that does not read', async (t) => {
  let sent = 0;
  async function* counted() {
    for await (const event of padded(10_000, 64 * 1024)) {
      sent += 1;
      yield event;
    }
  }
  const { origin, app, ended } = await openStream(t, counted, { stallTimeoutMs: 500 });
  await rawClient(t, origin);
  // Until the socket has been full for a thousand turns of the event loop.
  for (let before = -1, turns = 0; turns < 1000; turns++) {
    if (sent === 0 || sent !== before) turns = 0;
    before = sent;
    await new Promise(setImmediate);
  }
  await app.close();
  assert.equal(((await ended) as { code: string }).code, 'FRESHET_SHUTTING_DOWN');
});
