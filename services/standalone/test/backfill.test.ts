import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freshet as runCli } from '@freshet/cli/test/run-cli';
import { CONFLUENCE_TOKEN, CONFLUENCE_USER, startFakeConfluence } from '@freshet/testkit/fake-confluence';
import { startFleet } from './fleet.ts';

const { signal } = new AbortController();
const PAGES = 120;

async function start(t: TestContext) {
  const wiki = await startFakeConfluence();
  t.after(() => wiki.close());
  const folder = await mkdtemp(join(tmpdir(), 'freshet-backfill-'));
  t.after(() => rm(folder, { recursive: true }));
  const [connectors, state] = [join(folder, 'connectors.json'), join(folder, 'state.json')];
  const connector = {
    name: 'wiki',
    type: 'confluence',
    tenant: 'default',
    source: 'wiki',
    baseUrl: wiki.url,
    credentials: { username: CONFLUENCE_USER, token: { env: 'WIKI_TOKEN' } },
    acl: { public: true },
  };
  await writeFile(connectors, JSON.stringify([connector]));
  const fleet = await startFleet(t);
  const freshet = async (...args: string[]) => {
    const { out, error, code } = await runCli(['backfill', ...args, '--connectors', connectors, '--json'], {
      FRESHET_URL: fleet.url,
      WIKI_TOKEN: CONFLUENCE_TOKEN,
    });
    return { code, error, report: out === '' ? undefined : JSON.parse(out) };
  };
  const manifest = (id: number) => fleet.client.manifest('wiki', `pages/${id}`, signal);
  const idsIn = async () =>
    (await readFile(`${state}.ids`, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string);
  return { wiki, fleet, freshet, state, manifest, idsIn };
}

test('a backfill that breaks off goes on from its state, loses no page, and knows all ids in the end', async (t) => {
  const { wiki, freshet, state, manifest, idsIn } = await start(t);
  for (let id = 1; id <= PAGES; id += 1) wiki.wiki.put({ id: String(id) });
  wiki.wiki.put({ id: '7', storage: `<p>${'x'.repeat(600_000)}</p>` });
  wiki.wiki.put({ id: '8', status: 'archived' });

  // Each page takes three requests, lists and spaces a few more: the source goes down after the first hundred.
  wiki.gate.failAfter(330);
  const broken = await freshet('wiki', '--state', state);
  assert.equal(broken.code, 1, broken.error);
  assert.match(broken.error, /FRESHET_SOURCE_UNAVAILABLE/);
  assert.equal((await idsIn()).length, 100);
  assert.equal((await manifest(1))?.state, 'live');
  assert.equal(await manifest(PAGES), undefined);

  wiki.gate.recover();
  await appendFile(`${state}.ids`, '"pages/cut-by-a-cra');
  const asked = wiki.gate.requests.length;
  const whole = await freshet('wiki', '--state', state);
  assert.equal(whole.code, 0, whole.error);
  assert.deepEqual([whole.report.resumed, whole.report.total, whole.report.indexed], [true, PAGES - 1, 19]);
  assert.ok(!wiki.gate.requests.slice(asked).some((path) => path.includes('/pages/1?')));
  assert.deepEqual(new Set(await idsIn()).size, PAGES - 1);
  assert.equal((await manifest(PAGES))?.state, 'live');
  assert.equal(await manifest(7), undefined, 'too large');
  assert.equal(await manifest(8), undefined, 'archived pages are not listed');

  // A third run begins anew, and finds everything again.
  wiki.wiki.put({ id: '9', storage: '<p>Now with other words.</p>' });
  const again = await freshet('wiki', '--state', state);
  assert.equal(again.code, 3, 'the page that is too large is named');
  const [{ code, reason }] = again.report.skipped;
  assert.equal(code, 'FRESHET_CONTENT_TOO_LARGE');
  assert.match(reason, /pages\/7/);
  assert.deepEqual([again.report.resumed, again.report.total], [false, PAGES - 1]);
});

test('a backfill says in one line what is wrong with its words or files', async (t) => {
  const { freshet, state } = await start(t);
  assert.equal((await freshet()).code, 2);
  const unknown = await freshet('wrong');
  assert.equal(unknown.code, 1);
  assert.match(unknown.error, /has no connector wrong; it has: wiki/);
  await writeFile(state, '{"connector":"desk","cursor":"x","isComplete":false}');
  const foreign = await freshet('wiki', '--state', state);
  assert.match(foreign.error, /FRESHET_CONFIG_INVALID.*is the state of the connector desk/);
  await writeFile(state, '{"conn');
  assert.match((await freshet('wiki', '--state', state)).error, /remove it to begin anew/);
});

test('with --sync a backfill deletes what the source no longer has, but nothing that is newer than its beginning', async (t) => {
  const { wiki, fleet, freshet, state, manifest } = await start(t);
  for (let id = 1; id <= PAGES; id += 1) wiki.wiki.put({ id: String(id) });
  assert.equal((await freshet('wiki', '--state', state)).code, 0);
  wiki.wiki.pages.delete('3');
  wiki.wiki.pages.delete(String(PAGES));

  wiki.gate.failAfter(330);
  const broken = await freshet('wiki', '--state', state, '--sync');
  assert.equal(broken.code, 1, broken.error);
  assert.equal((await manifest(3))?.state, 'live', 'nothing goes before all was read');
  // Told by a webhook after the pages among which it stands were read.
  await fleet.write({ source: 'wiki', documentId: 'pages/0' });
  wiki.gate.recover();
  const whole = await freshet('wiki', '--state', state, '--sync');
  assert.deepEqual([whole.code, whole.report.sync], [0, { deleted: 2 }], whole.error);
  assert.deepEqual(
    [(await manifest(3))?.state, (await manifest(PAGES))?.state, (await manifest(0))?.state],
    ['deleted', 'deleted', 'live'],
  );

  for (let id = 1; id <= 60; id += 1) wiki.wiki.pages.delete(String(id));
  const refused = await freshet('wiki', '--sync');
  assert.equal(refused.code, 3);
  assert.match(refused.report.sync.refused, /60 of 119 documents/);
  assert.equal((await manifest(5))?.state, 'live');
});
