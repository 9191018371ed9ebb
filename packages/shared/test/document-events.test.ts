import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DELETED, UPSERTED, type UpsertedDocument } from '../contracts/index.ts';
import { decodeDocumentEvent, type EventRecord, encodeDocumentEvent } from '../document-events.ts';

const timestamp = Date.parse('2026-01-02T03:04:05.678Z');
const invalid = { code: 'FRESHET_EVENT_INVALID' };
const data: UpsertedDocument = {
  tenant: 'acme',
  source: 'handbook',
  documentId: 'leave policy.md',
  version: 7,
  mediaType: 'text/markdown',
  content: '# Leave',
  changedAt: '2026-01-01T00:00:00.000Z',
};
const key = 'acme/handbook/leave%20policy.md';

function structured(envelope: unknown, contentType = 'application/cloudevents+json'): EventRecord {
  return { key, value: Buffer.from(JSON.stringify(envelope)), headers: { 'content-type': contentType } };
}

const read = (record: EventRecord) => decodeDocumentEvent({ ...record, timestamp });

const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .map((value) => value.toWellFormed().replace(/[\p{Cc}]/gu, ' '));
const principals = fc.array(fc.stringMatching(/^(user|group):[a-z@.]{1,20}$/), { maxLength: 4 });
const deletion = fc.record(
  {
    tenant: name,
    source: name,
    documentId: text,
    version: fc.maxSafeNat().map((version) => Math.floor(version / 2)),
    changedAt: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((at) => at.toISOString()),
  },
  { noNullPrototype: true },
);
const upsert = fc
  .tuple(
    deletion,
    fc.record(
      {
        title: text,
        uri: text,
        mediaType: fc.constantFrom('text/markdown', 'text/html; charset=utf-8', 'application/pdf'),
        contentEncoding: fc.constant('base64' as const),
        content: text,
        language: fc.constantFrom('en', 'de-AT', 'zh-Hant'),
        acl: fc.oneof(
          fc.constant({ public: true as const }),
          fc.record({ allow: principals }, { noNullPrototype: true }),
        ),
        attributes: fc.dictionary(
          fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,10}$/),
          fc.oneof(
            text,
            fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
            fc.boolean(),
          ),
          { maxKeys: 5, noNullPrototype: true },
        ),
      },
      { requiredKeys: ['mediaType', 'content'], noNullPrototype: true },
    ),
  )
  .map(([base, rest]) => ({ ...base, ...rest }) as UpsertedDocument);

test('an event survives encode -> decode, upsert or delete', () => {
  const event = fc.oneof(
    upsert.map((data) => ({ type: UPSERTED, data }) as const),
    deletion.map((data) => ({ type: DELETED, data }) as const),
  );
  fc.assert(
    fc.property(event, (sent) => {
      const { id, ...seen } = read(encodeDocumentEvent(sent));
      assert.ok(id.length > 0);
      assert.deepEqual(seen, sent);
    }),
  );
});

test('a structured event is read like a binary one', () => {
  const envelope = { specversion: '1.0', id: '1', source: '/cms', type: UPSERTED, data };
  for (const contentType of [
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
    'Application/CloudEvents+JSON',
  ]) {
    assert.deepEqual(read(structured(envelope, contentType)), { type: UPSERTED, id: '1', data });
  }
});

test('what else a record carries along does not matter', () => {
  const record = encodeDocumentEvent({ type: UPSERTED, data }, { traceparent: '00-x', ce_type: 'forged' });
  assert.equal(record.headers['traceparent'], '00-x');
  assert.equal(read(record).type, UPSERTED);
});

test("a null value deletes the document of its key, as of the record's time", () => {
  assert.deepEqual(read({ key, value: null, headers: {} }), {
    type: DELETED,
    id: key,
    data: {
      tenant: 'acme',
      source: 'handbook',
      documentId: 'leave policy.md',
      version: timestamp * 1000,
      changedAt: '2026-01-02T03:04:05.678Z',
    },
  });
});

test('a null value is of the version that its header names', () => {
  const event = read({ key, value: null, headers: { 'freshet-version': '8', ce_id: 'x' } });
  assert.equal(event.data.version, 8);
  assert.equal(event.id, 'x');
  for (const version of ['', 'eight', '-1', '1.5', '1e300']) {
    assert.throws(
      () => read({ key, value: null, headers: { 'freshet-version': version } }),
      invalid,
      version,
    );
  }
});

test('a null value whose key names no document, or whose time is none, is refused', () => {
  for (const bad of ['', 'a/b', 'a/b/c/d', 'Acme/handbook/x', 'acme/handbook/%00', 'acme/handbook/%zz']) {
    assert.throws(() => read({ key: bad, value: null, headers: {} }), invalid, bad);
  }
  for (const time of [Number.NaN, -1, 9e15]) {
    assert.throws(() => decodeDocumentEvent({ key, value: null, headers: {}, timestamp: time }), invalid);
  }
});

test('a record whose key is not that of its document is refused', () => {
  const record = encodeDocumentEvent({ type: UPSERTED, data });
  for (const wrong of ['', 'acme/handbook/other', 'acme/handbook/leave policy.md', `${key}/`]) {
    assert.throws(() => read({ ...record, key: wrong }), invalid, wrong);
  }
});

test('what is no CloudEvent of a known type is refused', () => {
  const envelope = { specversion: '1.0', id: '1', type: UPSERTED, data };
  for (const bad of [
    null,
    [],
    1,
    'text',
    {},
    { ...envelope, specversion: '0.3' },
    { ...envelope, specversion: 1 },
    { ...envelope, id: '' },
    { ...envelope, id: 5 },
    { ...envelope, type: 'freshet.document.upserted.v2' },
    { ...envelope, type: ['x'] },
    { ...envelope, data: null },
    { ...envelope, type: DELETED },
  ]) {
    assert.throws(() => read(structured(bad)), invalid, JSON.stringify(bad));
  }
});

test('data that does not fit its contract is refused, and the field is named', () => {
  for (const [change, field] of [
    [{ version: -1 }, /version/],
    [{ version: 1.5 }, /version/],
    [{ documentId: '\ud800' }, /documentId/],
    [{ changedAt: 'yesterday' }, /changedAt/],
    [{ changedAt: '2016-12-31T23:59:60Z' }, /changedAt/],
    [{ mediaType: 'application/msword' }, /mediaType/],
    [{ acl: { allow: ['*'] } }, /acl/],
    [{ content: '' }, /content/],
    [{ surplus: 1 }, /surplus/],
    [{ attributes: { constructor: {} } }, /attributes/],
  ] as const) {
    assert.throws(
      () => read(structured({ specversion: '1.0', id: '1', type: UPSERTED, data: { ...data, ...change } })),
      { ...invalid, message: field },
    );
  }
});

test('a value that is not JSON in UTF-8 is refused, whatever the bytes are', () => {
  const { headers } = encodeDocumentEvent({ type: UPSERTED, data });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      assert.throws(() => read({ key, value: Buffer.from(bytes), headers }), invalid);
    }),
  );
  assert.throws(() => read({ key, value: Buffer.from('['.repeat(1_000_000)), headers }), invalid);
});
