import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVisible } from '@freshet/shared/contracts';
import { comment } from '@freshet/testkit/fake-zendesk';
import fc from 'fast-check';
import { ticketChanges } from '../../zendesk/ticket.ts';
import { collect, openZendesk, readOne, signal, upserted } from '../fixture.ts';

const tickets = { allow: ['group:support'], agents: ['group:agents'] };
const PUBLIC = { public: true };

test('a ticket comes as its public comments, and its internal notes as a document for agents', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets });
  fake.putTicket({
    id: 42,
    subject: 'Printer on fire 🔥',
    tags: ['vip', 'größe'],
    comments: [
      comment(500, '<p>It burns.</p>'),
      comment(7, '<p>Customer is <b>loud</b>.</p>', false),
      comment(7, '<p>Pull the plug.</p>'),
    ],
  });
  const { changes } = await reader.read({ kind: 'ticket', id: '42' }, signal);
  const [shown, internal] = changes.map(upserted);
  assert.equal(shown?.documentId, 'tickets/42');
  assert.equal(shown?.title, 'Printer on fire 🔥');
  assert.equal(shown?.uri, `${fake.url}/agent/tickets/42`);
  assert.deepEqual(shown?.acl, { allow: ['group:support'] });
  assert.deepEqual(shown?.attributes, { status: 'open', priority: 'normal', brand: '1', 'tag.vip': true });
  assert.equal(
    shown?.content,
    '<main>\n<h2>Requester, 2026-01-02</h2>\n<p>It burns.</p>\n<h2>Reply, 2026-01-02</h2>\n<p>Pull the plug.</p>\n</main>',
  );
  assert.equal(internal?.documentId, 'tickets/42/private');
  assert.deepEqual(internal?.acl, { allow: ['group:agents'] });
  assert.match(internal?.content ?? '', /Customer is <b>loud<\/b>/);
  assert.equal(shown?.version, internal?.version);
});

test('an internal note never reaches a document that others than agents see', () => {
  const word = fc.stringMatching(/^[a-z]{8}$/);
  const part = fc.record({
    text: word,
    public: fc.constantFrom(true, false, undefined),
    markup: fc.constantFrom('', '</main>', '</div><h1>', '<plaintext>', '<!--'),
  });
  const settings = fc.record({
    allow: fc.constant(['group:support']),
    agents: fc.constantFrom(undefined, ['group:agents']),
    requester: fc.boolean(),
    organization: fc.boolean(),
    baseUrl: fc.constant('https://example.zendesk.com'),
  });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), settings, (parts, chosen) => {
      const comments = parts.map((item, id) => ({
        id,
        author_id: 1,
        html_body: `<p>${id}-${item.text}${item.markup}</p>`,
        public: item.public as boolean,
      }));
      const ticket = { id: 1, status: 'open', requester_id: 5, organization_id: 6 };
      const identity = { tenant: 'default', source: 'z', version: 1 };
      const changes = ticketChanges(identity, '1', { ticket, comments, settings: chosen });
      for (const change of changes) {
        if (change.type !== 'upserted') continue;
        const agentsOnly = !isVisible(change.document.acl ?? { allow: [] }, {
          tenant: 'default',
          principals: ['group:support', 'user:zendesk-5', 'group:zendesk-organization-6'],
        });
        for (const [id, item] of parts.entries()) {
          const isThere: boolean | undefined = change.document.content?.includes(`${id}-${item.text}`);
          if (item.public !== true) assert.ok(!isThere || agentsOnly);
          if (item.public !== true && chosen.agents === undefined) assert.ok(!isThere);
        }
      }
    }),
  );
});

test('without agents in the configuration notes are left out, and what was written of them goes', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets: { allow: [] } });
  fake.putTicket({ id: 42, comments: [comment(500, 'Hello'), comment(7, 'secret', false)] });
  const { changes } = await reader.read({ kind: 'ticket', id: '42' }, signal);
  assert.deepEqual(
    changes.map(({ type, document }) => [type, document.documentId]),
    [
      ['upserted', 'tickets/42'],
      ['deleted', 'tickets/42/private'],
    ],
  );
  assert.deepEqual(upserted(changes[0]).acl, { allow: [] });
});

test('a comment that was made private moves to the other document', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets });
  const slip = comment(7, 'the password is x');
  fake.putTicket({ id: 42, comments: [slip] });
  const types = async () =>
    (await reader.read({ kind: 'ticket', id: '42' }, signal)).changes.map(({ type }) => type);
  assert.deepEqual(await types(), ['upserted', 'deleted']);
  slip.public = false;
  assert.deepEqual(await types(), ['deleted', 'upserted']);
});

test('a ticket that is deleted, spam or of another brand deletes both of its documents', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets: { ...tickets, brands: [1] } });
  fake.putTicket({ id: 1, status: 'deleted' });
  fake.putTicket({ id: 2, brand_id: 2 });
  for (const id of ['1', '2', '3']) {
    const { changes } = await reader.read({ kind: 'ticket', id }, signal);
    assert.deepEqual(
      changes.map(({ type, document }) => [type, document.documentId]),
      [
        ['deleted', `tickets/${id}`],
        ['deleted', `tickets/${id}/private`],
      ],
    );
  }
});

test('requester and organization see a ticket where the configuration says so', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets: { requester: true, organization: true } });
  fake.putTicket({ id: 42, requester_id: 5, organization_id: 6 });
  const { changes } = await reader.read({ kind: 'ticket', id: '42' }, signal);
  assert.deepEqual(upserted(changes[0]).acl, { allow: ['user:zendesk-5', 'group:zendesk-organization-6'] });
});

test('all comments of a long ticket are read', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets });
  const comments = Array.from({ length: 250 }, (_, i) => comment(500, `comment-${i}.`));
  fake.putTicket({ id: 42, comments });
  const { changes } = await reader.read({ kind: 'ticket', id: '42' }, signal);
  assert.match(upserted(changes[0]).content ?? '', /comment-0\..*comment-249\./s);
});

test('a ticket beyond the limit is refused by name', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets });
  fake.putTicket({ id: 42, comments: [comment(1, 'x'.repeat(600_000))] });
  const [change] = (await reader.read({ kind: 'ticket', id: '42' }, signal)).changes;
  assert.ok(change?.type === 'refused' && change.error.code === 'FRESHET_CONTENT_TOO_LARGE');
  assert.match(change.error.message, /tickets\/42/);
});

test('an article comes with its locale and labels; one of a segment is for whom the configuration names', async (t) => {
  const articles = {
    acl: PUBLIC,
    userSegments: { 11: { allow: ['group:partners'] }, 12: { allow: ['group:staff'] } },
  };
  const { fake, reader } = await openZendesk(t, { articles });
  fake.putArticle({ id: 9, title: 'Ports', body: '<h2>Which</h2><p>8080 שלום', label_names: ['network'] });
  const { version: _, ...document } = upserted(await readOne(reader, 'article', '9'));
  assert.deepEqual(document, {
    tenant: 'default',
    source: 'wiki',
    documentId: 'articles/9',
    title: 'Ports',
    uri: `${fake.url}/hc/en-us/articles/9`,
    mediaType: 'text/html',
    content: '<main>\n<h2>Which</h2><p>8080 שלום</p>\n</main>',
    language: 'en-us',
    acl: PUBLIC,
    attributes: { locale: 'en-us', author: '7', section: '3', 'label.network': true },
    changedAt: '2026-01-02T03:04:05.000Z',
  });
  const aclOf = async (part: object) => {
    fake.putArticle({ id: 9, user_segment_id: null, user_segment_ids: [], ...part });
    return upserted(await readOne(reader, 'article', '9')).acl;
  };
  assert.deepEqual(await aclOf({ user_segment_id: 11 }), { allow: ['group:partners'] });
  assert.deepEqual(await aclOf({ user_segment_ids: [11, 12] }), { allow: ['group:partners', 'group:staff'] });
  assert.deepEqual(await aclOf({ user_segment_id: 99 }), { allow: [] });
  assert.deepEqual(await aclOf({}), PUBLIC);
});

test('an article is closed unless the configuration opens it; a draft and an empty one are deletions', async (t) => {
  const { fake, reader } = await openZendesk(t, { articles: {} });
  fake.putArticle({ id: 9 });
  assert.deepEqual(upserted(await readOne(reader, 'article', '9')).acl, { allow: [] });
  fake.putArticle({ id: 9, draft: true });
  assert.equal((await readOne(reader, 'article', '9')).type, 'deleted');
  fake.putArticle({ id: 9, draft: false, body: '<p> <script>x</script></p>' });
  assert.equal((await readOne(reader, 'article', '9')).type, 'deleted');
  assert.equal((await readOne(reader, 'article', '10')).type, 'deleted');
});

test('a backfill that breaks off at any page goes on where it was: tickets, then articles', async (t) => {
  const { fake, reader } = await openZendesk(t, { tickets, articles: {} }, { pageSize: 2 });
  for (let id = 1; id <= 5; id += 1) {
    fake.putTicket({ id, ...(id === 4 ? { status: 'deleted' } : {}) });
    fake.putArticle({ id: 100 + id });
  }
  const whole = await collect(reader.backfill(undefined, signal));
  const idsOf = (pages: typeof whole) =>
    pages.flatMap(({ changes }) => changes.map(({ document }) => document.documentId));
  assert.equal(whole.length, 6);
  assert.equal(new Set(idsOf(whole)).size, 15);
  for (const [index, { cursor }] of whole.entries()) {
    const rest = await collect(reader.backfill(cursor, signal));
    assert.deepEqual(idsOf(rest), idsOf(whole.slice(index + 1)));
  }
});

test('a connector of articles alone lists no tickets, and the other way about', async (t) => {
  const { fake, reader } = await openZendesk(t, { articles: {} });
  fake.putTicket({ id: 1 });
  fake.putArticle({ id: 2 });
  const [page, ...more] = await collect(reader.backfill(undefined, signal));
  assert.deepEqual(
    page?.changes.map(({ document }) => document.documentId),
    ['articles/2'],
  );
  assert.deepEqual(more, []);
});
