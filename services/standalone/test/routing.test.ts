import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { generatorModelConfig } from '@freshet/models/open-generator';
import { openGenerationRoutes } from '@freshet/models/open-routes';
import { loadConfig } from '@freshet/shared/config';
import type { ChatEvent, ChatResponse } from '@freshet/shared/contracts';
import { createLogger } from '@freshet/shared/log';
import { decodeEvents } from '@freshet/shared/sse/decode';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { Type } from 'typebox';
import { question, startFleet } from './fleet.ts';

const ASKED = question('How long does a refund take?');
const REFUNDS = { documentId: 'refunds', content: 'Refunds take ten days.' };

/** A fleet with two models behind it. */
async function start(t: TestContext) {
  const [fast, best] = [
    await startFakeOpenAi({ maxTokens: 8000 }),
    await startFakeOpenAi({ maxTokens: 8000 }),
  ];
  const folder = await mkdtemp(join(tmpdir(), 'freshet-routes-'));
  const file = join(folder, 'routes.json');
  const route = { provider: 'openai', price: { inputPerMTok: 1, outputPerMTok: 1 }, maxAttempts: 1 };
  await writeFile(
    file,
    JSON.stringify({
      default: 'fast',
      routes: {
        fast: { ...route, url: fast.url, model: 'small', fallback: ['best'] },
        best: { ...route, url: best.url, model: 'large' },
        patient: { ...route, url: fast.url, model: 'slow', minTimeLeftMs: 59_999, whenShort: 'best' },
      },
      aliases: { tuned: 'best' },
      tenants: { acme: { route: 'tuned' } },
    }),
  );
  const routes = await openGenerationRoutes(
    loadConfig(Type.Object(generatorModelConfig), { ROUTES_FILE: file }),
    createLogger({ name: 'test', level: 'silent' }),
  );
  t.after(async () => {
    await Promise.all([routes.close(), fast.close(), best.close()]);
    await rm(folder, { recursive: true });
  });
  return { fast, best, routes };
}

async function answerOf(response: Response): Promise<ChatResponse> {
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as ChatResponse;
}

const JSON_PLEASE = { accept: 'application/json' };

test('a question names its route; one that is not there is a problem, and nothing is searched', async (t) => {
  const { routes, fast, best } = await start(t);
  const fleet = await startFleet(t, { routes });
  await fleet.write(REFUNDS);
  const { route, model, attempts } = await answerOf(await fleet.ask(ASKED, JSON_PLEASE));
  assert.deepEqual([route, model, attempts.length], ['fast', 'small', 1]);
  const asked = await answerOf(await fleet.ask({ ...ASKED, route: 'tuned' }, JSON_PLEASE));
  assert.deepEqual([asked.route, asked.model], ['best', 'large']);
  const short = await answerOf(await fleet.ask({ ...ASKED, route: 'patient' }, JSON_PLEASE));
  assert.equal(short.route, 'best', 'the gateway says what time is left of CHAT_TIMEOUT_MS');
  const before = fast.log.counts.requests + best.log.counts.requests;
  for (const headers of [JSON_PLEASE, { accept: 'text/event-stream' }]) {
    const response = await fleet.ask({ ...ASKED, route: 'slow' }, headers);
    assert.equal(response.status, 400);
    const problem = (await response.json()) as { code: string; detail: string };
    assert.equal(problem.code, 'FRESHET_ROUTE_UNKNOWN');
    assert.equal(
      problem.detail,
      'There is no route "slow"; there are: best, extractive, fast, patient, tuned.',
    );
  }
  assert.equal(fast.log.counts.requests + best.log.counts.requests, before);
});

test('a route that is no name of one is refused by the field', async (t) => {
  const fleet = await startFleet(t);
  for (const route of ['', ' ', '../readyz', 'a/b', 'a?b', '😀', '\0', 'x'.repeat(65), 7, null]) {
    const response = await fleet.ask({ ...ASKED, route });
    assert.equal(response.status, 400);
    const problem = (await response.json()) as { code: string; detail: string };
    assert.equal(problem.code, 'FRESHET_REQUEST_INVALID', JSON.stringify(route));
    assert.match(problem.detail, /\/body\/route/);
  }
  assert.equal((await fleet.ask({ ...ASKED, route: 'default' })).status, 200);
});

test('a tenant has its own route', async (t) => {
  const { routes } = await start(t);
  const keys = [{ key: 'k'.repeat(20), tenant: 'acme', principals: ['user:ana'], canWrite: true }];
  const fleet = await startFleet(t, { routes, keys });
  await fleet.write({ ...REFUNDS, acl: { public: true } });
  const headers = { ...JSON_PLEASE, authorization: `Bearer ${keys[0]!.key}` };
  assert.equal((await answerOf(await fleet.ask(ASKED, headers))).route, 'best');
});

test('when every model is down the stream ends well, with an answer that says so', async (t) => {
  const { routes, fast, best } = await start(t);
  const fleet = await startFleet(t, { routes });
  await fleet.write(REFUNDS);
  await Promise.all([fast.close(), best.close()]);
  const response = await fleet.ask(ASKED);
  const events: ChatEvent[] = [];
  for await (const { data } of decodeEvents(response.body as AsyncIterable<Uint8Array>)) {
    events.push(JSON.parse(data));
  }
  const last = events.at(-1);
  assert.ok(last?.type === 'answer.completed');
  assert.deepEqual(last.degraded, ['generation']);
  assert.deepEqual([last.route, last.model, last.costUsd], ['extractive', 'extractive', 0]);
  assert.deepEqual(
    last.attempts.map(({ route, outcome }) => `${route} ${outcome}`),
    ['fast failed', 'best failed', 'extractive completed'],
  );
});
