import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfluenceReader } from '../../confluence/reader.ts';
import { collect, openConfluence, readOne, signal, upserted } from '../fixture.ts';

const PUBLIC = { public: true };

for (const edition of ['cloud', 'data-center']) {
  test(`${edition}: a page comes with its text, labels and place`, async (t) => {
    const { fake, reader } = await openConfluence(t, { edition, acl: PUBLIC });
    fake.wiki.put({
      id: '12',
      title: 'Ports 😀 שלום',
      storage: '<p>The port is&nbsp;8080.</p>',
      labels: ['how-to', 'ünfit'],
    });
    const before = Date.now() * 1000 - 1000;
    const document = upserted(await readOne(reader, 'page', '12'));
    const uri = edition === 'cloud' ? `${fake.url}/wiki/spaces/DOCS/pages/12` : `${fake.url}/display/DOCS/12`;
    const { version, ...rest } = document;
    assert.ok(version >= before && Number.isSafeInteger(version));
    assert.deepEqual(rest, {
      tenant: 'default',
      source: 'wiki',
      documentId: 'pages/12',
      title: 'Ports 😀 שלום',
      uri,
      mediaType: 'text/html',
      content: '<p>The port is\u00a08080.</p>',
      acl: PUBLIC,
      attributes: { space: 'DOCS', revision: 1, author: 'author-1', 'label.how-to': true },
      changedAt: '2026-01-02T03:04:05.678Z',
    });
  });

  test(`${edition}: restrictions of a page and of all above it decide who sees it`, async (t) => {
    const { fake, reader } = await openConfluence(t, { edition, acl: PUBLIC });
    const [ana, bo] = [{ id: 'ana' }, { id: 'bo' }];
    fake.wiki.put({ id: '1', readers: { users: [ana, bo], groups: ['Support Team'] } });
    fake.wiki.put({ id: '2', parent: '1' });
    fake.wiki.put({ id: '3', parent: '2', readers: { users: [ana], groups: ['Support Team', 'other'] } });
    fake.wiki.put({ id: '4', parent: '2', readers: { users: [], groups: ['other'] } });
    fake.wiki.put({ id: '5' });
    const aclOf = async (id: string) => upserted(await readOne(reader, 'page', id)).acl;
    const top = { allow: ['group:Support%20Team', 'user:ana', 'user:bo'] };
    assert.deepEqual(await aclOf('1'), top);
    assert.deepEqual(await aclOf('2'), top);
    assert.deepEqual(await aclOf('3'), { allow: ['group:Support%20Team', 'user:ana'] });
    assert.deepEqual(await aclOf('4'), { allow: [] });
    assert.deepEqual(await aclOf('5'), PUBLIC);
  });

  test(`${edition}: more readers than one answer holds are all read`, async (t) => {
    const { fake, reader } = await openConfluence(t, { edition });
    const users = Array.from({ length: 450 }, (_, i) => ({ id: `u${i}` }));
    fake.wiki.put({ id: '1', readers: { users, groups: ['staff'] } });
    const { acl } = upserted(await readOne(reader, 'page', '1'));
    assert.ok(acl && 'allow' in acl && acl.allow.length === 451);
  });

  test(`${edition}: what is trashed, archived, a draft, gone or of another space is a deletion`, async (t) => {
    const { fake, reader } = await openConfluence(t, { edition, spaces: ['DOCS'] });
    for (const status of ['trashed', 'archived', 'draft'] as const) {
      fake.wiki.put({ id: '12', status });
      const change = await readOne(reader, 'page', '12');
      assert.equal(change.type, 'deleted');
      assert.equal(change.document.documentId, 'pages/12');
    }
    assert.equal((await readOne(reader, 'page', '99')).type, 'deleted');
    fake.wiki.put({ id: '13', space: 'HR' });
    assert.equal((await readOne(reader, 'page', '13')).type, 'deleted');
  });

  test(`${edition}: all below a page are read again, a page of the list at a time`, async (t) => {
    const { fake, reader } = await openConfluence(t, { edition }, { pageSize: 2 });
    fake.wiki.put({ id: '1' });
    for (const id of ['2', '3', '4', '5', '6']) fake.wiki.put({ id, parent: id === '6' ? '5' : '1' });
    fake.wiki.put({ id: '7' });
    const found: string[] = [];
    const waiting = [{ kind: 'descendants', id: '1' }];
    for (const notice of waiting) {
      const { changes, notices } = await reader.read(notice, signal);
      assert.deepEqual(changes, []);
      assert.ok(notices.length <= 3);
      found.push(...notices.filter(({ kind }) => kind === 'page').map(({ id }) => id));
      waiting.push(...notices.filter(({ kind }) => kind === 'descendants'));
    }
    assert.deepEqual(found, ['2', '3', '4', '5', '6']);
    assert.deepEqual(await reader.read({ kind: 'descendants', id: '99' }, signal), {
      changes: [],
      notices: [],
    });
  });

  test(`${edition}: a backfill that breaks off goes on where it was, and loses no page`, async (t) => {
    const spaces = ['DOCS', 'OPS'];
    const { fake, reader } = await openConfluence(t, { edition, spaces }, { pageSize: 3 });
    for (let i = 1; i <= 10; i += 1) fake.wiki.put({ id: String(i), space: i % 2 ? 'DOCS' : 'OPS' });
    fake.wiki.put({ id: '11', space: 'HR' });
    fake.wiki.put({ id: '12', status: 'trashed' });
    const first = await collect(reader.backfill(undefined, signal), 2);
    // Pages that go, and come, between two pages of the list shift nothing.
    fake.wiki.put({ id: '1', status: 'trashed' });
    const rest = await collect(reader.backfill(first.at(-1)?.cursor, signal));
    const ids = [...first, ...rest].flatMap(({ changes }) =>
      changes.map(({ document }) => document.documentId),
    );
    const wanted = Array.from({ length: 10 }, (_, i) => `pages/${i + 1}`);
    assert.deepEqual(ids.toSorted(), wanted.toSorted());
    assert.deepEqual(await collect(reader.backfill(rest.at(-1)?.cursor, signal)), []);
  });

  test(`${edition}: a space that is not shown ends a backfill, in place of an empty list`, async (t) => {
    const { fake, reader } = await openConfluence(t, { edition, spaces: ['NONE'] });
    fake.wiki.put({ id: '1' });
    await assert.rejects(collect(reader.backfill(undefined, signal)), {
      code: 'FRESHET_SOURCE_REFUSED',
      message: /NONE/,
    });
  });
}

test('pages of one parent ask for its restriction once, after their version was taken', async (t) => {
  const { fake, reader } = await openConfluence(t, { acl: PUBLIC });
  fake.wiki.put({ id: '1' });
  for (const id of ['2', '3', '4']) fake.wiki.put({ id, parent: '1' });
  await collect(reader.backfill(undefined, signal));
  const asked = fake.gate.requests.filter((path) => path.includes('/content/1/restriction/'));
  assert.equal(asked.length, 1);
});

test('a version is older than everything that was read for it, so that a later read wins', async (t) => {
  let now = 1000;
  const versions: number[] = [];
  const { fake, reader } = await openConfluence(t, {}, { nextVersion: () => now });
  fake.wiki.put({ id: '1' });
  fake.gate.beforeAnswer = async () => {
    now += 1;
  };
  for (let i = 0; i < 2; i += 1) versions.push((await readOne(reader, 'page', '1')).document.version);
  assert.equal(versions[0], 1000);
  assert.ok((versions[1] ?? 0) > 1000);
});

test('a page beyond the limit is refused by name, and its document deleted', async (t) => {
  const { fake, reader } = await openConfluence(t);
  fake.wiki.put({ id: '1', storage: `<p>${'ü'.repeat(300_000)}</p>` });
  const change = await readOne(reader, 'page', '1');
  assert.equal(change.type, 'refused');
  assert.ok(change.type === 'refused' && change.error.code === 'FRESHET_CONTENT_TOO_LARGE');
  assert.match(change.error.message, /wiki\/pages\/1 \(http.*\/pages\/1\) has 600007 bytes/);
  fake.wiki.put({ id: '1', storage: `${'<p>'.repeat(20_000)}x` });
  const deep = await readOne(reader, 'page', '1');
  assert.ok(deep.type === 'refused' && deep.error.code === 'FRESHET_CONTENT_UNREADABLE');
});

test('NUL, lone surrogates and half a page are no reason to lose the rest', async (t) => {
  const { fake, reader } = await openConfluence(t);
  fake.wiki.put({ id: '1', title: 'a\0b\n c', storage: '<p>x\0y \ud83d</p><p>half' });
  const { title, content } = upserted(await readOne(reader, 'page', '1'));
  assert.equal(title, 'a b c');
  assert.match(content ?? '', /<p>half<\/p>$/);
  fake.wiki.put({ id: '1', storage: '<p></p>' });
  assert.equal((await readOne(reader, 'page', '1')).type, 'deleted');
});

test('a list whose cursor leads to itself ends, and is not taken for whole', async (t) => {
  const again = async () => ({ ids: [], next: 'again' });
  const api = {
    page: async () => undefined,
    readRestriction: async () => undefined,
    descendants: again,
    pages: again,
  };
  const names = { name: 'one', tenant: 'default', source: 'wiki', acl: { allow: [] }, users: 'id' as const };
  const reader = createConfluenceReader({ ...names, api, http: { close: async () => {} } });
  t.after(() => reader.close());
  await assert.rejects(collect(reader.backfill(undefined, signal)), { code: 'FRESHET_SOURCE_REFUSED' });
  const notice = { kind: 'descendants', id: '1', cursor: 'again' };
  assert.deepEqual(await reader.read(notice, signal), { changes: [], notices: [] });
});

test('an event of something that Confluence does not have is refused', async (t) => {
  const { reader } = await openConfluence(t);
  await assert.rejects(reader.read({ kind: 'ticket', id: '1' }, signal), { code: 'FRESHET_EVENT_INVALID' });
});
