import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFreshetClient } from '@freshet/cli/client';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { loadConfig } from '@freshet/shared/config';
import { CONFLUENCE_TOKEN, CONFLUENCE_USER, startFakeConfluence } from '@freshet/testkit/fake-confluence';
import { comment, startFakeZendesk, ZENDESK_TOKEN, ZENDESK_USER } from '@freshet/testkit/fake-zendesk';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { until } from '@freshet/testkit/until';
import { Type } from 'typebox';
import { startFleet } from './fleet.ts';
import { scrape } from './scrape.ts';

const { signal } = new AbortController();
const SOON = { timeoutMs: 60_000, everyMs: 50 };
const keys = [
  { key: 'key-of-the-writer', tenant: 'default', principals: ['group:staff'], canWrite: true },
  { key: 'key-of-ana-0000000', tenant: 'default', principals: ['user:ana'] },
  { key: 'key-of-an-agent-00', tenant: 'default', principals: ['group:agents'] },
];

async function start(t: TestContext, variables: Record<string, string> = {}) {
  const [wiki, desk] = [await startFakeConfluence(), await startFakeZendesk()];
  t.after(() => Promise.all([wiki.close(), desk.close()]));
  const folder = await mkdtemp(join(tmpdir(), 'freshet-connectors-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'connectors.json');
  const connectors = [
    {
      name: 'wiki',
      type: 'confluence',
      tenant: 'default',
      source: 'wiki',
      baseUrl: wiki.url,
      credentials: { username: CONFLUENCE_USER, token: { env: 'WIKI_TOKEN' } },
      webhookSecret: { env: 'WIKI_SECRET' },
      acl: { public: true },
    },
    {
      name: 'desk',
      type: 'zendesk',
      tenant: 'default',
      source: 'desk',
      baseUrl: desk.url,
      credentials: { username: ZENDESK_USER, token: { env: 'DESK_TOKEN' } },
      webhookSecret: { env: 'DESK_SECRET' },
      tickets: { allow: ['group:staff'], agents: ['group:agents'] },
      articles: { acl: { public: true } },
    },
  ];
  await writeFile(file, JSON.stringify(connectors));
  const env = {
    ...variables,
    CONNECTORS_FILE: file,
    WIKI_TOKEN: CONFLUENCE_TOKEN,
    WIKI_SECRET: wiki.webhookSecret,
    DESK_TOKEN: ZENDESK_TOKEN,
    DESK_SECRET: desk.webhookSecret,
  };
  const fleet = await startFleet(t, { env, keys });
  const clients = keys.map(({ key }) => createFreshetClient({ url: fleet.url, apiKey: key }));
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const send = async (
    connector: string,
    { headers, body }: { headers: Record<string, string>; body: string },
  ) => {
    const response = await fetch(`${fleet.url}/v1/webhooks/${connector}`, { method: 'POST', headers, body });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  /** Ids of the documents that somebody finds. */
  const found = async (who: number, query: string) => {
    const { passages } = await clients[who]!.search({ query }, signal);
    return [...new Set(passages.map(({ documentId }) => documentId))].sort();
  };
  const becomes = (who: number, query: string, ids: string[]) =>
    until(async () => assert.deepEqual(await found(who, query), ids), SOON);
  return { fleet, wiki, desk, send, found, becomes };
}

const [WRITER, ANA, AGENT] = [0, 1, 2];

test('Confluence: a page is found after its webhook, then by those alone who may view it, then by nobody', async (t) => {
  const { fleet, wiki, send, found, becomes } = await start(t);
  wiki.wiki.put({ id: '1', storage: '<p>The lighthouse keeper sleeps.</p>' });
  wiki.wiki.put({ id: '2', parent: '1', storage: '<p>The lighthouse lamp burns.</p>' });
  for (const id of ['1', '2']) {
    assert.deepEqual(await send('wiki', wiki.webhook('page_created', id)), {
      status: 202,
      answer: { notices: 1 },
    });
  }
  await becomes(WRITER, 'lighthouse', ['pages/1', 'pages/2']);
  assert.deepEqual(await found(ANA, 'lighthouse'), ['pages/1', 'pages/2']);

  // The restriction of the parent is inherited: the page below it is read again too.
  wiki.wiki.put({ id: '1', readers: { users: [{ id: 'ana' }], groups: [] } });
  assert.deepEqual((await send('wiki', wiki.webhook('content_permissions_updated', '1'))).answer, {
    notices: 2,
  });
  await becomes(WRITER, 'lighthouse', []);
  assert.deepEqual(await found(ANA, 'lighthouse'), ['pages/1', 'pages/2']);

  wiki.wiki.put({ id: '2', status: 'trashed' });
  await send('wiki', wiki.webhook('page_trashed', '2'));
  await becomes(ANA, 'lighthouse', ['pages/1']);
  wiki.wiki.put({ id: '2', status: 'current', storage: '<p>The lighthouse lamp burns again.</p>' });
  await send('wiki', wiki.webhook('page_restored', '2'));
  await becomes(ANA, 'lighthouse', ['pages/1', 'pages/2']);

  const metrics = await scrape(fleet);
  assert.match(
    metrics,
    /freshet_connector_changes_total\{[^}]*connector="wiki",outcome="deleted"[^}]*\} [1-9]/,
  );
  await until(async () => {
    const now = await scrape(fleet);
    assert.match(now, /freshet_connector_lag\{[^}]*\} 0/);
  }, SOON);
});

test('Zendesk: internal notes are found by agents alone, and a ticket that is spam by nobody', async (t) => {
  const { desk, send, found, becomes } = await start(t);
  desk.putTicket({
    id: 42,
    comments: [comment(500, 'The compass spins.'), comment(7, 'The compass is a fake.', false)],
  });
  desk.putArticle({ id: 9, body: '<p>Calibrate the compass.</p>' });
  await send('desk', desk.webhook('ticket.created', 42));
  await send('desk', desk.webhook('article.published', 9));
  await becomes(AGENT, 'compass', ['articles/9', 'tickets/42/private']);
  await becomes(WRITER, 'compass', ['articles/9', 'tickets/42']);
  assert.deepEqual(await found(ANA, 'compass'), ['articles/9']);
  desk.putTicket({ id: 42, status: 'deleted' });
  await send('desk', desk.webhook('ticket.marked_as_spam', 42));
  await becomes(AGENT, 'compass', ['articles/9']);
  await becomes(WRITER, 'compass', ['articles/9']);
});

test('a webhook needs its signature and no key; what it cannot be is refused in words', async (t) => {
  const { fleet, wiki, send } = await start(t);
  const webhook = wiki.webhook('page_updated', '1');
  const forged = {
    ...webhook,
    headers: { ...webhook.headers, 'x-hub-signature': `sha256=${'0'.repeat(64)}` },
  };
  const codeOf = async (connector: string, request: typeof webhook) => {
    const { status, answer } = await send(connector, request);
    return [status, answer['code']];
  };
  assert.deepEqual(await codeOf('wiki', forged), [401, 'FRESHET_SIGNATURE_INVALID']);
  assert.deepEqual(await codeOf('wiki', { ...webhook, body: '' }), [401, 'FRESHET_SIGNATURE_INVALID']);
  assert.deepEqual(await codeOf('none', webhook), [404, 'FRESHET_CONNECTOR_UNKNOWN']);
  const huge = { ...webhook, body: 'x'.repeat(300 * 1024) };
  assert.deepEqual(await codeOf('wiki', huge), [413, 'FRESHET_BODY_TOO_LARGE']);
  const { 'content-type': _, ...untyped } = webhook.headers;
  assert.equal(
    (await send('wiki', { ...webhook, headers: { ...untyped, 'content-type': 'text/x' } })).status,
    202,
  );
  assert.deepEqual(await send('wiki', wiki.webhook('page_viewed', '1')), {
    status: 202,
    answer: { notices: 0 },
  });
  const metrics = await scrape(fleet);
  assert.match(metrics, /freshet_connector_webhooks_total\{[^}]*connector="wiki",outcome="refused"[^}]*\} 2/);
  assert.doesNotMatch(metrics, /connector="none"/);
});

test('what a source that is down cannot give is given when it is back, and a lost credential loses nothing', async (t) => {
  const { fleet, wiki, send, becomes } = await start(t);
  wiki.wiki.put({ id: '1', storage: '<p>The anchor holds.</p>' });
  wiki.gate.failNext(1, 401);
  wiki.gate.failAfter(0);
  await send('wiki', wiki.webhook('page_created', '1'));
  await until(async () => assert.ok(wiki.gate.requests.length >= 2), SOON);
  assert.ok(fleet.logged.some((line) => line.includes('FRESHET_SOURCE_REFUSED')));
  wiki.gate.recover();
  await becomes(WRITER, 'anchor', ['pages/1']);
});

test('a page that grew too large is taken out, named in the log, and kept in the dead letters', async (t) => {
  const { fleet, wiki, send, becomes } = await start(t);
  wiki.wiki.put({ id: '1', storage: '<p>The harbour is small.</p>' });
  await send('wiki', wiki.webhook('page_created', '1'));
  await becomes(WRITER, 'harbour', ['pages/1']);
  wiki.wiki.put({ id: '1', storage: `<p>${'The harbour grew. '.repeat(40_000)}</p>` });
  await send('wiki', wiki.webhook('page_updated', '1'));
  await becomes(WRITER, 'harbour', []);
  await until(async () => {
    assert.ok(
      fleet.logged.some((line) => line.includes('FRESHET_CONTENT_TOO_LARGE') && line.includes('pages/1')),
    );
  }, SOON);
});

test('many webhooks of one page, while it cannot be read, are read once', async (t) => {
  const { wiki, send, becomes } = await start(t);
  wiki.wiki.put({ id: '1', storage: '<p>The tide rises.</p>' });
  let open = () => {};
  const held = new Promise<void>((resolve) => {
    open = resolve;
  });
  wiki.gate.beforeAnswer = () => held;
  await send('wiki', wiki.webhook('page_created', '1'));
  await until(async () => assert.equal(wiki.gate.requests.length, 1), SOON);
  for (let i = 0; i < 20; i += 1) await send('wiki', wiki.webhook('page_updated', '1'));
  wiki.wiki.put({ id: '1', storage: '<p>The tide falls.</p>' });
  open();
  await becomes(WRITER, 'tide falls', ['pages/1']);
  const reads = wiki.gate.requests.filter((path) => path.startsWith('/wiki/api/v2/pages/1?'));
  assert.ok(reads.length <= 2, `${reads.length} reads`);
});

test('on Kafka too a page comes by its webhook, and goes for whom its restriction leaves out', async (t) => {
  const kafka = await startKafka();
  t.after(() => kafka.stop());
  const variables = {
    KAFKA_BROKERS: kafka.url,
    KAFKA_TOPIC_PREFIX: uniquePrefix('connectors'),
    TOPIC_PARTITIONS: '3',
  };
  const config = loadConfig(Type.Object(eventLogConfig), variables);
  const log = await openEventLog(config, { name: 'topics' });
  await applyTopics(log, config);
  await log.close();
  const { wiki, send, becomes } = await start(t, variables);
  const pages = ['1', '2', '3', '4', '5'];
  for (const id of pages) {
    wiki.wiki.put({
      id,
      ...(id === '1' ? {} : { parent: '1' }),
      storage: `<p>The buoy number ${id} rings.</p>`,
    });
    assert.equal((await send('wiki', wiki.webhook('page_created', id))).status, 202);
  }
  const ids = pages.map((id) => `pages/${id}`);
  await becomes(WRITER, 'buoy', ids);
  wiki.wiki.put({ id: '1', readers: { users: [{ id: 'ana' }], groups: [] } });
  await send('wiki', wiki.webhook('content_permissions_updated', '1'));
  await becomes(WRITER, 'buoy', []);
  await becomes(ANA, 'buoy', ids);
});
