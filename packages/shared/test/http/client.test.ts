import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { FreshetError } from '../../errors.ts';
import { createServiceClient, type ServiceClient, type ServiceClientOptions } from '../../http/client.ts';
import { toProblem } from '../../http/problems.ts';
import { encodeEvent } from '../../sse/encode.ts';

interface Peer {
  client: ServiceClient;
  requests: IncomingMessage[];
}

/** A service that answers as the test says, and a client of it. */
async function open(
  t: TestContext,
  listener: RequestListener,
  options: Partial<ServiceClientOptions> = {},
): Promise<Peer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createServiceClient({ name: 'retriever', baseUrl: `http://127.0.0.1:${port}`, ...options });
  t.after(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, requests };
}

function fail(response: ServerResponse, error: FreshetError): void {
  response.writeHead(error.status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(toProblem(error, 'a'.repeat(32))));
}

test('a problem comes back as the error that it was', async (t) => {
  const sent = new FreshetError('FRESHET_REQUEST_INVALID', {
    detail: '/body/query must be string',
    errors: [{ path: '/body/query', detail: 'must be string' }],
  });
  const { client } = await open(t, (_request, response) => fail(response, sent));
  await assert.rejects(client.json({ path: '/v1/retrieve', body: {} }), (error) => {
    assert.ok(error instanceof FreshetError);
    assert.deepEqual([error.code, error.message, error.errors], [sent.code, sent.message, sent.errors]);
    return true;
  });
  await assert.rejects(client.events({ path: '/v1/generate' }).next(), { code: sent.code });
});

test('an error without a problem document is a dependency that is unavailable', async (t) => {
  const bodies = ['', 'null', '{}', '<html>Bad gateway</html>'];
  const { client } = await open(t, (_request, response) => response.writeHead(502).end(bodies.pop()));
  while (bodies.length > 0) {
    await assert.rejects(client.json({ path: '/' }), {
      code: 'FRESHET_DEPENDENCY_UNAVAILABLE',
      message: /502/,
    });
  }
});

test('only an idempotent call is tried again', async (t) => {
  const overloaded = new FreshetError('FRESHET_OVERLOADED');
  const { client, requests } = await open(t, (_request, response) => {
    if (requests.length % 3 !== 0) fail(response, overloaded);
    else response.end('{"ok":true}');
  });
  assert.deepEqual(await client.json({ path: '/', isIdempotent: true }), { ok: true });
  assert.equal(requests.length, 3);
  await assert.rejects(client.json({ path: '/' }), { code: 'FRESHET_OVERLOADED' });
  assert.equal(requests.length, 4);
});

test('an idempotent call is tried again after a lost connection, before or within the answer', async (t) => {
  const { client, requests } = await open(t, (request, response) => {
    if (requests.length === 1) request.socket.destroy();
    else if (requests.length === 2) {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"ok":', () => request.socket.destroy());
    } else response.end('{"ok":true}');
  });
  assert.deepEqual(await client.json({ path: '/', isIdempotent: true }), { ok: true });
  assert.equal(requests.length, 3);
});

test('an idempotent call is given up after its attempts, and at once when retrying cannot help', async (t) => {
  let code: 'FRESHET_OVERLOADED' | 'FRESHET_REQUEST_INVALID' = 'FRESHET_OVERLOADED';
  const { client, requests } = await open(t, (_request, response) => fail(response, new FreshetError(code)), {
    attempts: 2,
  });
  await assert.rejects(client.json({ path: '/', isIdempotent: true }), { code });
  assert.equal(requests.length, 2);
  code = 'FRESHET_REQUEST_INVALID';
  await assert.rejects(client.json({ path: '/', isIdempotent: true }), { code });
  assert.equal(requests.length, 3);
});

test('each try tells the service how long the caller still has, which shrinks', async (t) => {
  const { client, requests } = await open(t, (_request, response) =>
    fail(response, new FreshetError('FRESHET_OVERLOADED')),
  );
  await assert.rejects(client.json({ path: '/', isIdempotent: true, timeoutMs: 5000 }));
  const told = requests.map(({ headers }) => Number(headers['freshet-timeout-ms']));
  assert.equal(told.length, 3);
  assert.ok(told[0]! <= 5000 && told[1]! < told[0]! && told[2]! < told[1]! && told[2]! > 0, told.join());
});

test('trace, token and body are passed on', async (t) => {
  const bodies: string[] = [];
  const { client, requests } = await open(t, async (request, response) => {
    bodies.push((await request.toArray()).join(''));
    response.end('{}');
  });
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true };
  await client.json({ path: '/', body: { query: 'höher 🌊' }, token: 'x', trace });
  await client.json({ method: 'GET', path: '/' });
  assert.equal(requests[0]!.headers['traceparent'], `00-${trace.traceId}-${trace.spanId}-01`);
  assert.equal(requests[0]!.headers['authorization'], 'Bearer x');
  assert.equal(requests[0]!.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(bodies[0]!), { query: 'höher 🌊' });
  assert.equal(requests[1]!.headers['content-type'], undefined);
  assert.equal(bodies[1], '');
});

test('a service that does not answer, or not to the end, exceeds the deadline', async (t) => {
  const { client } = await open(t, (request, response) => {
    if (request.url === '/half') response.writeHead(200).write('{"ok":');
  });
  const started = performance.now();
  await assert.rejects(client.json({ path: '/silent', timeoutMs: 50 }), {
    code: 'FRESHET_DEADLINE_EXCEEDED',
  });
  await assert.rejects(client.json({ path: '/half', timeoutMs: 50 }), { code: 'FRESHET_DEADLINE_EXCEEDED' });
  await assert.rejects(client.events({ path: '/silent', timeoutMs: 50 }).next(), {
    code: 'FRESHET_DEADLINE_EXCEEDED',
  });
  assert.ok(performance.now() - started < 1000);
});

test('the wait for a free connection counts against the deadline', async (t) => {
  const { client } = await open(t, () => {}, { connections: 1 });
  const abort = new AbortController();
  const holder = client.json({ path: '/', signal: abort.signal });
  await assert.rejects(client.json({ path: '/', timeoutMs: 50 }), { code: 'FRESHET_DEADLINE_EXCEEDED' });
  abort.abort(new Error('done'));
  await assert.rejects(holder, { message: 'done' });
});

test("a caller's abort rejects with the caller's reason, in a call, a stream or a pause between tries", async (t) => {
  const reason = new Error('the client left');
  const arrived = Promise.withResolvers<void>();
  const { client, requests } = await open(t, (request, response) => {
    if (request.url === '/stream') response.write(encodeEvent({ data: '1' }));
    if (request.url === '/retry') fail(response, new FreshetError('FRESHET_OVERLOADED'));
    if (request.url === '/call') arrived.resolve();
  });
  await assert.rejects(client.json({ path: '/', signal: AbortSignal.abort(reason) }), reason);
  assert.equal(requests.length, 0);

  const call = new AbortController();
  const pending = client.json({ path: '/call', signal: call.signal });
  await arrived.promise;
  call.abort(reason);
  await assert.rejects(pending, reason);

  const stream = new AbortController();
  const events = client.events({ path: '/stream', signal: stream.signal });
  assert.equal((await events.next()).value, 1);
  stream.abort(reason);
  await assert.rejects(events.next(), reason);

  const retry = new AbortController();
  const tried = client.json({ path: '/retry', isIdempotent: true, signal: retry.signal, timeoutMs: 60_000 });
  while (requests.length < 3) await new Promise(setImmediate);
  retry.abort(reason);
  await assert.rejects(tried, reason);
});

test('nobody who listens is a dependency that is unavailable', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const client = createServiceClient({ name: 'generator', baseUrl: `http://127.0.0.1:${port}` });
  t.after(() => client.close());
  const unavailable = { code: 'FRESHET_DEPENDENCY_UNAVAILABLE', message: /generator/ };
  await assert.rejects(client.json({ path: '/' }), unavailable);
  await assert.rejects(client.events({ path: '/' }).next(), unavailable);
});

test('an answer that is not JSON is a dependency that is unavailable', async (t) => {
  const { client } = await open(t, (_request, response) => response.end('<html>'));
  await assert.rejects(client.json({ path: '/' }), { code: 'FRESHET_DEPENDENCY_UNAVAILABLE' });
});

test('events come in order, however the stream is cut', async (t) => {
  const sent = ['a', 'höher', '🌊', 'x'.repeat(100_000), 'end'].map((text) => ({
    type: 'answer.delta',
    text,
  }));
  const bytes = Buffer.from(sent.map((event) => encodeEvent({ data: JSON.stringify(event) })).join(''));
  const { client } = await open(t, async (_request, response) => {
    const cuts = [1, 7, 30, 45, 46, 47, 48, 60, 77, 78, 79, 80, 5000, 100_100];
    for (const [i, cut] of cuts.entries()) {
      await new Promise<void>((resolve) => {
        response.write(bytes.subarray(cuts[i - 1] ?? 0, cut), () => setImmediate(resolve));
      });
    }
    response.end(bytes.subarray(cuts.at(-1)));
  });
  assert.deepEqual(await Array.fromAsync(client.events({ path: '/' })), sent);
});

test('a stream that nobody began is asked for again; one that the service refused for a reason is not', async (t) => {
  const answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [
    (_request, response) => fail(response, new FreshetError('FRESHET_SHUTTING_DOWN')),
    (request) => request.socket.destroy(),
    (_request, response) => response.end(encodeEvent({ data: '1' })),
    (_request, response) => fail(response, new FreshetError('FRESHET_OVERLOADED')),
  ];
  const { client, requests } = await open(t, (request, response) => answers.shift()?.(request, response));
  assert.deepEqual(await Array.fromAsync(client.events({ path: '/v1/generate', body: {} })), [1]);
  assert.equal(requests.length, 3);
  await assert.rejects(client.events({ path: '/v1/generate', body: {} }).next(), {
    code: 'FRESHET_OVERLOADED',
  });
  assert.equal(requests.length, 4);
});

test('a service that dies in mid-stream gives what came whole, then an error that can be retried', async (t) => {
  const { client, requests } = await open(t, (request, response) => {
    response.write(`${encodeEvent({ data: '1' })}data: 2`, () =>
      setImmediate(() => request.socket.destroy()),
    );
  });
  const seen: unknown[] = [];
  await assert.rejects(
    async () => {
      for await (const event of client.events({ path: '/', isIdempotent: true })) seen.push(event);
    },
    { code: 'FRESHET_DEPENDENCY_UNAVAILABLE', isRetryable: true },
  );
  assert.deepEqual(seen, [1]);
  assert.equal(requests.length, 1);
});

test('a stream outlives the deadline of its head', async (t) => {
  const more = Promise.withResolvers<void>();
  const { client } = await open(t, async (_request, response) => {
    response.write(encodeEvent({ data: '1' }));
    await more.promise;
    response.end(encodeEvent({ data: '2' }));
  });
  const events = client.events({ path: '/', timeoutMs: 100 });
  assert.equal((await events.next()).value, 1);
  setTimeout(more.resolve, 200);
  assert.equal((await events.next()).value, 2);
});

test('a reader that stops closes its connection, so that the service stops too', async (t) => {
  const closed = Promise.withResolvers<void>();
  const { client } = await open(t, (_request, response) => {
    response.on('close', () => closed.resolve());
    response.write(encodeEvent({ data: '1' }));
  });
  for await (const event of client.events({ path: '/' })) {
    assert.equal(event, 1);
    break;
  }
  await closed.promise;
});
