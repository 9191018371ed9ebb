import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import type { Generator } from '@freshet/models/generation';
import type { ChatEvent, ChatResponse } from '@freshet/shared/contracts';
import { decodeEvents } from '@freshet/shared/sse/decode';
import { question, startFleet } from './fleet.ts';

async function eventsOf(response: Response): Promise<{ id: string | undefined; event: ChatEvent }[]> {
  const events: { id: string | undefined; event: ChatEvent }[] = [];
  for await (const { id, event, data } of decodeEvents(response.body as AsyncIterable<Uint8Array>)) {
    const parsed = JSON.parse(data) as ChatEvent;
    assert.equal(event, parsed.type, 'event: is the type');
    events.push({ id, event: parsed });
  }
  return events;
}

const fox = {
  documentId: 'fox',
  title: 'Foxes',
  content: 'The quick fox jumps over 7 lazy dogs. Dogs sleep at night.',
};

test('an answer streams in order, cites what it says, and ends once', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write(fox);
  const response = await fleet.ask(question('How many lazy dogs does the quick fox jump over?'));
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const events = await eventsOf(response);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, i) => String(i + 1)),
  );
  const types = events.map(({ event }) => event.type);
  assert.deepEqual(types.slice(0, 2), ['chat.started', 'retrieval.completed']);
  assert.equal(types.filter((type) => type === 'answer.completed' || type === 'chat.failed').length, 1);
  const last = events.at(-1)?.event;
  assert.ok(last?.type === 'answer.completed');
  assert.equal(last.finishReason, 'stop');
  assert.deepEqual(last.citations[0], {
    sentence: 'The quick fox jumps over 7 lazy dogs.',
    refs: [1],
    verdict: 'supported',
    score: 1,
    support: { ref: 1, span: { start: 0, end: 37 } },
  });
});

test('the same answer comes as one object to whoever accepts JSON', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write(fox);
  const response = await fleet.ask(question('lazy dogs quick fox'), { accept: 'application/json' });
  const answer = (await response.json()) as ChatResponse;
  assert.match(answer.answer, /7 lazy dogs/);
  assert.equal(answer.passages[0]?.documentId, 'fox');
  assert.equal(answer.traceId, response.headers.get('x-trace-id'));
});

test('what no document answers is an abstention, not an invention', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write(fox);
  const response = await fleet.ask(question('Who won the regatta of 1904?'), { accept: 'application/json' });
  assert.equal(((await response.json()) as ChatResponse).finishReason, 'abstained');
});

test('every wrong request is a problem with a code that says what to do', async (t) => {
  const fleet = await startFleet(t);
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const cases: [body: string | Uint8Array<ArrayBuffer>, status: number, code: string][] = [
    ['', 400, 'FRESHET_BODY_MALFORMED'],
    ['{', 400, 'FRESHET_BODY_MALFORMED'],
    [deep, 400, 'FRESHET_BODY_MALFORMED'],
    [new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400, 'FRESHET_BODY_MALFORMED'],
    ['[]', 400, 'FRESHET_REQUEST_INVALID'],
    ['{"messages":"hello"}', 400, 'FRESHET_REQUEST_INVALID'],
    ['{"messages":[]}', 400, 'FRESHET_REQUEST_INVALID'],
    [JSON.stringify({ ...question('x'), extra: 1 }), 400, 'FRESHET_REQUEST_INVALID'],
    [JSON.stringify(question('   ')), 400, 'FRESHET_REQUEST_INVALID'],
    [JSON.stringify(question('x'.repeat(20_000))), 400, 'FRESHET_REQUEST_INVALID'],
    [JSON.stringify({ messages: [{ role: 'system', content: 'x' }] }), 400, 'FRESHET_REQUEST_INVALID'],
    [JSON.stringify({ messages: [{ role: 'assistant', content: 'x' }] }), 400, 'FRESHET_REQUEST_INVALID'],
    [JSON.stringify(question('x'.repeat(11 * 1024 * 1024))), 413, 'FRESHET_BODY_TOO_LARGE'],
  ];
  for (const [body, status, code] of cases) {
    const response = await fetch(`${fleet.url}/v1/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const problem = (await response.json()) as { code: string; status: number; traceId: string };
    assert.deepEqual([response.status, problem.code], [status, code], String(body).slice(0, 60));
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.match(problem.traceId, /^[0-9a-f]{32}$/);
  }
  const garbage = await fleet.ask({ ...question('x'), after: 'garbage' }, { accept: 'application/json' });
  assert.equal(((await garbage.json()) as { code: string }).code, 'FRESHET_WATERMARK_INVALID');
  const refused = await fleet.ask(question('x'), { accept: 'image/png' });
  assert.equal(refused.status, 406);
});

/** A model that never ends by itself, and counts who still waits for it. */
function endlessGenerator() {
  const state = { live: 0, started: 0 };
  const generator: Generator = {
    model: 'endless',
    async *generate({ signal }) {
      state.live += 1;
      state.started += 1;
      try {
        yield { type: 'delta', text: 'It goes on. ' };
        await once(signal, 'abort');
        signal.throwIfAborted();
      } finally {
        state.live -= 1;
      }
    },
    close: async () => {},
  };
  return { state, generator };
}

test('a thousand streams whose clients leave stop the work behind them and leave nothing', async (t) => {
  const { state, generator } = endlessGenerator();
  const fleet = await startFleet(t, { generator });
  await fleet.write(fox);
  const leave = () =>
    new Promise<void>((resolve, reject) => {
      const client = request(`${fleet.url}/v1/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        agent: false,
      });
      client.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' ? undefined : reject(error),
      );
      client.on('close', resolve);
      client.on('response', (response) => {
        response.on('error', () => {});
        response.on('data', (chunk: Buffer) => {
          if (chunk.includes('answer.delta')) client.destroy();
        });
      });
      client.end(JSON.stringify(question('quick fox')));
    });
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 50 }, leave));
  assert.equal(state.started, 1000);

  const metric = async (url: string, name: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1]);
  };
  // The last sockets close on their own time: asked until they have, or the test's time is over.
  for (;;) {
    const live =
      state.live +
      (await metric(fleet.url, 'freshet_chat_streams')) +
      (await metric(fleet.standalone.urls.generator, 'freshet_generate_streams'));
    if (live === 0) break;
  }
  assert.deepEqual(fleet.logged, [], 'a client that leaves is nobody’s error');
});

test('a service that closes tells live streams why they end', async (t) => {
  const { generator } = endlessGenerator();
  const fleet = await startFleet(t, { generator, env: { SHUTDOWN_TIMEOUT_MS: '0' } });
  await fleet.write(fox);
  const response = await fleet.ask(question('quick fox'));
  const reading = eventsOf(response);
  await fleet.standalone.gateway.app.close();
  const last = (await reading).at(-1)?.event;
  assert.ok(last?.type === 'chat.failed');
  assert.equal(last.code, 'FRESHET_SHUTTING_DOWN');
  assert.equal(last.isRetryable, true);
});

test('an answer that takes too long ends with its code', async (t) => {
  const { generator } = endlessGenerator();
  const fleet = await startFleet(t, { generator, env: { CHAT_TIMEOUT_MS: '150' } });
  await fleet.write(fox);
  const last = (await eventsOf(await fleet.ask(question('quick fox')))).at(-1)?.event;
  assert.ok(last?.type === 'chat.failed');
  assert.equal(last.code, 'FRESHET_DEADLINE_EXCEEDED');
});

test('beyond the limit of streams a caller is told to come again', async (t) => {
  const { generator } = endlessGenerator();
  const fleet = await startFleet(t, { generator, env: { CHAT_MAX_STREAMS: '1' } });
  await fleet.write(fox);
  const first = await fleet.ask(question('quick fox'));
  const second = await fleet.ask(question('quick fox'));
  assert.equal(second.status, 503);
  assert.ok(second.headers.get('retry-after'));
  await first.body?.cancel();
});

test('a model that fails in mid-answer is an event, and tells no secret', async (t) => {
  const generator: Generator = {
    model: 'broken',
    async *generate() {
      yield { type: 'delta', text: 'So far ' };
      throw new Error('password=hunter2');
    },
    close: async () => {},
  };
  const fleet = await startFleet(t, { generator });
  await fleet.write(fox);
  const events = await eventsOf(await fleet.ask(question('quick fox')));
  const last = events.at(-1)?.event;
  assert.ok(last?.type === 'chat.failed');
  assert.equal(last.code, 'FRESHET_INTERNAL');
  assert.ok(!JSON.stringify(events).includes('hunter2'));
});
