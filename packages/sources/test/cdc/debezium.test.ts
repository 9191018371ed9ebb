import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapRecord } from '../../cdc/map-record.ts';
import { brief, envelope, map, mappingOf, row, TOPIC, upserted } from './fixture.ts';

const PLACEHOLDER = '__debezium_unavailable_value';

test('an insert, with or without its schema around it, becomes the document', () => {
  const bare = envelope('c', { after: row() });
  for (const message of [bare, { schema: { type: 'struct', fields: [] }, payload: bare }]) {
    const mapped = map(message);
    assert.equal(mapped.outcome, 'upserted');
    assert.deepEqual(upserted(mapped), {
      tenant: 'default',
      source: 'shop',
      documentId: 'orders/42',
      version: 800,
      title: 'Order',
      mediaType: 'text/markdown',
      content: 'Tea',
      acl: { allow: ['group:staff'] },
      attributes: {},
      changedAt: '2023-11-14T22:13:20.000Z',
    });
  }
});

test('the version is the log sequence number, as a number, as its digits, or as X/Y', () => {
  for (const lsn of [22_390_160, '22390160', '0/155A590']) {
    assert.equal(upserted(map(envelope('u', { after: row() }, lsn)))['version'], 22_390_160);
  }
  assert.equal(upserted(map(envelope('u', { after: row() }, '1/0')))['version'], 2 ** 32);
});

test('a log sequence number beyond 2^52 - 1 is refused, not rounded', () => {
  assert.equal(upserted(map(envelope('u', { after: row() }, 'FFFFF/FFFFFFFF')))['version'], 2 ** 52 - 1);
  for (const lsn of ['100000/0', 2 ** 52, '9223372036854775807', -1, null, 'x']) {
    const { outcome, refusal, events } = map(envelope('u', { after: row() }, lsn));
    assert.deepEqual([outcome, refusal?.code, events], ['refused', 'FRESHET_CHANGE_INVALID', []]);
  }
});

test('a row of a snapshot is older than a change at the place that the snapshot names', () => {
  assert.equal(upserted(map(envelope('r', { after: row() }, 800)))['version'], 799);
  assert.equal(upserted(map(envelope('c', { after: row() }, 800)))['version'], 800);
});

test('a row of an incremental snapshot, which has no log sequence number, is placed by the sequence', () => {
  const message = envelope('r', { after: row() }, null);
  const source = {
    ...(message['source'] as object),
    snapshot: 'incremental',
    sequence: '["22237944","22238000"]',
  };
  assert.equal(upserted(map({ ...message, source }))['version'], 22_237_999);
  assert.equal(
    upserted(map({ ...message, source: { ...source, sequence: '["800",null]' } }))['version'],
    799,
  );
  for (const sequence of [null, '[null,null]', '[]', 'x']) {
    assert.equal(
      map({ ...message, source: { ...source, sequence } }).refusal?.code,
      'FRESHET_CHANGE_INVALID',
    );
  }
});

test('versionOffset moves all versions up', () => {
  const mapping = mappingOf({ versionOffset: 1000 });
  assert.equal(upserted(map(envelope('c', { after: row() }), mapping))['version'], 1800);
  assert.deepEqual(brief(map(envelope('d', { before: row() }), mapping)), ['-orders/42@1800']);
});

test('a deletion has the version of its change; the tombstone after it is ignored', () => {
  const deletion = envelope('d', { before: { id: 42, title: null, body: null, allowed: null } });
  assert.deepEqual(brief(map(deletion)), ['-orders/42@800']);
  for (const tombstone of [null, { schema: { type: 'struct' }, payload: null }]) {
    assert.deepEqual(map(tombstone), { outcome: 'ignored', table: undefined, events: [] });
  }
});

test('a deletion whose key does not have the id columns is refused: what is outside of the identity is made up', () => {
  const mapping = mappingOf({ idColumns: ['slug'] });
  const deletion = envelope('d', { before: row({ slug: '' }) });
  const { outcome, refusal } = map(deletion, mapping);
  assert.equal(outcome, 'refused');
  assert.match(refusal?.message ?? '', /REPLICA IDENTITY FULL/);
  const full = mappingOf({ idColumns: ['slug'], replicaIdentity: 'full' });
  assert.deepEqual(brief(map(envelope('d', { before: row({ slug: 'tea' }) }), full)), ['-orders/tea@800']);
});

test('an update that changes an id deletes the old document and writes the new one', () => {
  const update = envelope('u', { before: row({ id: 41 }), after: row({ id: 42 }) });
  const full = mappingOf({ replicaIdentity: 'full' });
  assert.deepEqual(brief(map(update, full)), ['-orders/41@800', '+orders/42@800']);
  const same = envelope('u', { before: row(), after: row() });
  assert.deepEqual(brief(map(same, full)), ['+orders/42@800']);
  assert.deepEqual(
    brief(map(update)),
    ['+orders/42@800'],
    'an old row that is not whole has ids that are made up',
  );
});

test('an update without an old row deletes nothing else', () => {
  assert.deepEqual(brief(map(envelope('u', { after: row() }))), ['+orders/42@800']);
});

test('a truncation names the table, and no documents', () => {
  const { outcome, events, truncation } = map(envelope('t', {}));
  assert.deepEqual([outcome, events], ['truncated', []]);
  assert.equal(truncation?.version, 800);
  assert.equal(truncation.table.idPrefix, 'orders');
});

test('heartbeats, ends of transactions, schema changes and messages of the log are ignored', () => {
  const notices = [
    { ts_ms: 1_700_000_000_000 },
    { status: 'BEGIN', id: '571:53195829', event_count: null, data_collections: null, ts_ms: 1 },
    { status: 'END', id: '571:53195832', event_count: 2, data_collections: [], ts_ms: 1 },
    { source: {}, ts_ms: 1, databaseName: 'shop', ddl: 'create table x ()', tableChanges: [] },
    { op: 'm', ts_ms: 1, source: { lsn: 1 }, message: { prefix: 'p', content: 'aGVsbG8=' } },
  ];
  for (const notice of notices) {
    assert.equal(map(notice).outcome, 'ignored');
    assert.equal(map({ schema: {}, payload: notice }).outcome, 'ignored');
  }
});

test('what is no change is refused, and says why', () => {
  const messages: [unknown, string][] = [
    [[], 'FRESHET_CHANGE_INVALID'],
    ['text', 'FRESHET_CHANGE_INVALID'],
    [{ id: 42, title: 'a flattened row' }, 'FRESHET_CHANGE_INVALID'],
    [envelope('x', { after: row() }), 'FRESHET_CHANGE_INVALID'],
    [envelope('c', {}), 'FRESHET_CHANGE_INVALID'],
    [envelope('c', { after: { ...row(), id: null } }), 'FRESHET_CHANGE_INVALID'],
    [envelope('c', { after: { title: 'x' } }), 'FRESHET_CHANGE_INVALID'],
    [
      { ...envelope('c', { after: row() }), source: { schema: 'public', table: 'other' } },
      'FRESHET_CHANGE_UNMAPPED',
    ],
  ];
  for (const [message, code] of messages) {
    const { outcome, refusal, events } = map(message);
    assert.deepEqual([outcome, refusal?.code, events], ['refused', code, []], JSON.stringify(message));
  }
  for (const value of [Buffer.from([0xff, 0xfe]), Buffer.from('{"half'), Buffer.alloc(0)]) {
    const { refusal } = mapRecord({ topic: TOPIC, key: '', value }, mappingOf());
    assert.equal(refusal?.code, 'FRESHET_CHANGE_INVALID');
  }
});

test('a column that the table does not have is named', () => {
  const { refusal } = map(envelope('c', { after: row() }), mappingOf({ body: '{{text}}' }));
  assert.match(refusal?.message ?? '', /public\.orders has no column "text"/);
});

test('keys beyond 2^53 stay apart', () => {
  const text = (id: string) =>
    JSON.stringify(envelope('c', { after: row({ id: 'ID' }) })).replace('"ID"', id);
  const ids = ['9007199254740993', '9007199254740992', '-9223372036854775808'].map((id) => {
    const mapped = mapRecord({ topic: TOPIC, key: '', value: Buffer.from(text(id)) }, mappingOf());
    return upserted(mapped)['documentId'];
  });
  assert.deepEqual(ids, [
    'orders/9007199254740993',
    'orders/9007199254740992',
    'orders/-9223372036854775808',
  ]);
});

test('ids of several columns stay apart, whatever stands in them', () => {
  const mapping = mappingOf({ idColumns: ['a', 'b'], idPrefix: 'pairs' });
  const idOf = (a: unknown, b: unknown) =>
    upserted(map(envelope('c', { after: row({ a, b }) }), mapping))['documentId'];
  assert.equal(idOf('x', 1), 'pairs/x/1');
  assert.equal(idOf('x/y', 'z'), 'pairs/x%2Fy/z');
  assert.equal(idOf('x', 'y/z'), 'pairs/x/y%2Fz');
  assert.equal(idOf('100%', 'نص \u{1f375}'), 'pairs/100%25/نص \u{1f375}');
  assert.equal(idOf('line\nend', ''), 'pairs/line%0Aend/');
});

test('a large value that the change lacks is taken from the old row, where that has it', () => {
  const update = envelope('u', { before: row({ body: 'Long tea' }), after: row({ body: PLACEHOLDER }) });
  assert.equal(upserted(map(update))['content'], 'Long tea');
});

test('a large value that nothing has: refused by a code of its own, which says what to set', () => {
  for (const before of [undefined, row({ body: null }), row({ body: '' }), row({ body: PLACEHOLDER })]) {
    const { outcome, refusal } = map(
      envelope('u', { ...(before && { before }), after: row({ body: PLACEHOLDER }) }),
    );
    assert.deepEqual([outcome, refusal?.code], ['refused', 'FRESHET_CHANGE_INCOMPLETE']);
    assert.match(refusal?.message ?? '', /"body".*REPLICA IDENTITY FULL/);
  }
});

test('a change that cannot be applied withdraws the document unless who may see it is sure to be what it was', () => {
  const lacking = (fields: object) => envelope('u', { after: row({ body: PLACEHOLDER, ...fields }) });
  assert.deepEqual(brief(map(lacking({}))), ['-orders/42@799'], 'the acl is there and may be new');
  assert.deepEqual(brief(map(lacking({ allowed: [PLACEHOLDER] }))), [], 'the acl did not change');
  assert.deepEqual(
    brief(map(lacking({}), mappingOf({ acl: { public: true } }))),
    [],
    'the acl never changes',
  );
  const huge = envelope('u', { after: row({ body: 'x'.repeat(600_000) }) });
  const { outcome, refusal, events } = map(huge, mappingOf({ acl: { public: true } }));
  assert.deepEqual([outcome, refusal?.code], ['refused', 'FRESHET_CONTENT_TOO_LARGE']);
  assert.equal(
    events[0]?.data.version,
    799,
    'the old text may be what was to go; a replay of the change still wins',
  );
});

test('the placeholder is known in every form that Debezium gives it', () => {
  const bytes = [...Buffer.from(PLACEHOLDER)];
  const forms = [
    PLACEHOLDER,
    'X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==',
    Buffer.from(PLACEHOLDER).toString('hex'),
    [PLACEHOLDER],
    bytes,
    ['b68a35a7-17ad-35b3-af2a-ae46edb4545a'],
    { [PLACEHOLDER]: PLACEHOLDER },
  ];
  for (const body of forms) {
    assert.equal(map(envelope('u', { after: row({ body }) })).refusal?.code, 'FRESHET_CHANGE_INCOMPLETE');
  }
  const own = mappingOf({}, { unavailableValue: 'gone' });
  assert.equal(
    map(envelope('u', { after: row({ body: 'gone' }) }), own).refusal?.code,
    'FRESHET_CHANGE_INCOMPLETE',
  );
  assert.equal(
    upserted(map(envelope('u', { after: row({ body: PLACEHOLDER }) }), own))['content'],
    PLACEHOLDER,
  );
});

test('a lacking value of a column that is not mapped is no matter', () => {
  assert.equal(map(envelope('u', { after: row({ notes: PLACEHOLDER }) })).outcome, 'upserted');
});

test('a row whose body has no text is no document', () => {
  for (const body of [null, '', ' \n']) {
    const mapped = map(envelope('u', { after: row({ body }) }));
    assert.deepEqual([mapped.outcome, brief(mapped)], ['deleted', ['-orders/42@800']]);
  }
});
