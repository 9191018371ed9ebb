import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createAccessTokens } from '@freshet/shared/access-token';
import type { GenerateEvent, RetrieveResponse } from '@freshet/shared/contracts';
import { createServiceClient } from '@freshet/shared/http/client';
import { encodeEvent } from '@freshet/shared/sse/encode';
import { createAnswer } from '../answer.ts';

const retrieved: RetrieveResponse = {
  passages: [],
  confidence: 0.4,
  watermark: '',
  timings: {
    waitMs: 0,
    understandMs: 0,
    embedMs: 1,
    searchMs: 1,
    fuseMs: 0,
    realtimeMs: 1,
    rescoreMs: 0,
    rerankMs: 0,
    arrangeMs: 0,
    confidenceMs: 0,
    totalMs: 3,
  },
};
const generated: GenerateEvent[] = [
  { type: 'answer.delta', text: 'Ten days.' },
  {
    type: 'generation.completed',
    finishReason: 'stop',
    model: 'm',
    route: 'default',
    attempts: [],
    usage: { inputTokens: 1, outputTokens: 3 },
  },
];

test('answers that follow each other share one connection to the generator, which hears of the confidence', async (t) => {
  const sockets = new Set<Socket>();
  const bodies: { confidence?: number }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    if (request.url === '/v1/retrieve') {
      response.end(JSON.stringify(retrieved));
      return;
    }
    sockets.add(request.socket);
    request.on('data', (body) => bodies.push(JSON.parse(String(body))));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of generated) {
      response.write(encodeEvent({ event: event.type, data: JSON.stringify(event) }));
    }
    // Its end comes after what it wrote, in a piece of its own.
    setImmediate(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const retriever = createServiceClient({ name: 'retriever', baseUrl });
  const generator = createServiceClient({ name: 'generator', baseUrl });
  t.after(async () => {
    await Promise.all([retriever.close(), generator.close()]);
    server.close();
  });

  const tokens = createAccessTokens({ secret: 'a-secret-of-at-least-32-characters' });
  const answer = createAnswer({ retriever, generator, tokens, timeoutMs: 10_000 });
  for (let asked = 0; asked < 3; asked++) {
    const types: string[] = [];
    const confidences: (number | undefined)[] = [];
    const events = answer({
      access: { tenant: 'default', principals: [] },
      request: { messages: [{ role: 'user', content: 'How long?' }] },
      trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: false },
      signal: new AbortController().signal,
    });
    for await (const event of events) {
      types.push(event.type);
      if ('confidence' in event) confidences.push(event.confidence);
    }
    assert.deepEqual(types, ['chat.started', 'retrieval.completed', 'answer.delta', 'answer.completed']);
    assert.deepEqual(confidences, [0.4, 0.4]);
  }
  assert.equal(sockets.size, 1);
  assert.deepEqual(
    bodies.map(({ confidence }) => confidence),
    [0.4, 0.4, 0.4],
  );
});
