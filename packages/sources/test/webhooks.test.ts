import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { openConfluence, openZendesk } from './fixture.ts';

const INVALID = { code: 'FRESHET_SIGNATURE_INVALID', status: 401 };
const bytes = (body: string) => Buffer.from(body);

test('Confluence: a signed event says which page changed, and one of permissions the pages below it', async (t) => {
  const { fake, receiver } = await openConfluence(t);
  fake.wiki.put({ id: '12' });
  const receive = (event: string) => {
    const { headers, body } = fake.webhook(event, '12');
    return receiver.receive({ headers, rawBody: bytes(body) });
  };
  const page = { kind: 'page', id: '12' };
  for (const event of ['page_created', 'page_updated', 'label_added']) {
    assert.deepEqual(receive(event), [page]);
  }
  for (const event of [
    'page_trashed',
    'page_restored',
    'page_removed',
    'page_moved',
    'content_permissions_updated',
  ]) {
    assert.deepEqual(receive(event), [page, { kind: 'descendants', id: '12' }]);
  }
  for (const event of ['page_viewed', 'blog_created', 'space_created', '__proto__']) {
    assert.deepEqual(receive(event), []);
  }
});

test('Confluence: a signature that is wrong, missing, of another body or sent twice is refused', async (t) => {
  const { fake, receiver } = await openConfluence(t);
  const { headers, body } = fake.webhook('page_updated', '12');
  const right = headers['x-hub-signature'] ?? '';
  const wrong = [
    undefined,
    '',
    'sha256=',
    `sha256=${'0'.repeat(64)}`,
    right.toUpperCase(),
    `${right}00`,
    right.slice(0, -1),
    'sha256=é',
  ];
  for (const value of wrong) {
    const request = { headers: { 'x-hub-signature': value }, rawBody: bytes(body) };
    assert.throws(() => receiver.receive(request), INVALID, String(value));
  }
  assert.throws(() => receiver.receive({ headers, rawBody: bytes(`${body} `) }), INVALID);
  assert.throws(
    () => receiver.receive({ headers: { 'x-hub-signature': [right, right] }, rawBody: bytes(body) }),
    INVALID,
  );
});

test('Confluence: what is signed and no event is refused by name', async (t) => {
  const { fake, receiver } = await openConfluence(t);
  const receive = (rawBody: Buffer) => {
    const signature = createHmac('sha256', fake.webhookSecret).update(rawBody).digest('hex');
    return receiver.receive({ headers: { 'x-hub-signature': `sha256=${signature}` }, rawBody });
  };
  for (const body of [
    '',
    'no json',
    '[]',
    'null',
    '"text"',
    '{"event":"page_upd',
    '['.repeat(40) + ']'.repeat(40),
  ]) {
    assert.throws(() => receive(bytes(body)), { code: 'FRESHET_BODY_MALFORMED', status: 400 }, body);
  }
  assert.throws(() => receive(Buffer.from([0x7b, 0xff, 0x7d])), { code: 'FRESHET_BODY_MALFORMED' });
  for (const id of [undefined, null, '', '../1', '1?x', -1, 1.5, { id: 1 }, '9'.repeat(30), '１２']) {
    const body = JSON.stringify({ event: 'page_updated', page: { id } });
    assert.throws(() => receive(bytes(body)), { code: 'FRESHET_REQUEST_INVALID', status: 400 }, String(id));
  }
  assert.deepEqual(
    receive(bytes('{"eventType":"avi:confluence:updated:page","content":{"id":"7","type":"page"}}')),
    [{ kind: 'page', id: '7' }],
  );
  assert.deepEqual(receive(bytes('{}')), []);
});

test('Zendesk: signed events and triggers say which ticket or article changed', async (t) => {
  const { fake, receiver } = await openZendesk(t);
  const receive = (type: string) => {
    const { headers, body } = fake.webhook(type, 42);
    return receiver.receive({ headers, rawBody: bytes(body) });
  };
  for (const type of [
    'ticket.created',
    'ticket.comment_added',
    'ticket.soft_deleted',
    'ticket.marked_as_spam',
  ]) {
    assert.deepEqual(receive(type), [{ kind: 'ticket', id: '42' }]);
  }
  assert.deepEqual(receive('article.published'), [{ kind: 'article', id: '42' }]);
  for (const type of ['article.vote_created', 'article.comment_created', 'user.created', 'x']) {
    assert.deepEqual(receive(type), []);
  }
  const timestamp = new Date().toISOString();
  const body = '{"ticket_id":"42"}';
  const signature = createHmac('sha256', fake.webhookSecret)
    .update(timestamp + body)
    .digest('base64');
  const headers = {
    'x-zendesk-webhook-signature': signature,
    'x-zendesk-webhook-signature-timestamp': timestamp,
  };
  assert.deepEqual(receiver.receive({ headers, rawBody: bytes(body) }), [{ kind: 'ticket', id: '42' }]);
});

test('Zendesk: what is signed five minutes ago or for another time is refused as a replay', async (t) => {
  let now = Date.parse('2026-03-04T05:06:07Z');
  const { fake, receiver } = await openZendesk(t, {}, { now: () => now });
  const { headers, body } = fake.webhook('ticket.created', 42, new Date(now));
  const receive = (changed: Record<string, string> = {}) =>
    receiver.receive({ headers: { ...headers, ...changed }, rawBody: bytes(body) });
  assert.equal(receive().length, 1);
  now += 5 * 60_000;
  assert.equal(receive().length, 1);
  now += 1;
  assert.throws(() => receive(), INVALID);
  const fresh = new Date(now).toISOString();
  assert.throws(() => receive({ 'x-zendesk-webhook-signature-timestamp': fresh }), INVALID);
  assert.throws(() => receive({ 'x-zendesk-webhook-signature': 'AAAA' }), INVALID);
  assert.throws(() => receiver.receive({ headers: {}, rawBody: bytes(body) }), INVALID);
  const undated = createHmac('sha256', fake.webhookSecret).update(`never${body}`).digest('base64');
  const undatedHeaders = {
    'x-zendesk-webhook-signature': undated,
    'x-zendesk-webhook-signature-timestamp': 'never',
  };
  assert.throws(() => receive(undatedHeaders), INVALID);
});
