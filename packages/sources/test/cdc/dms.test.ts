import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, map, mappingOf, upserted } from './fixture.ts';

const PLAIN = { idColumns: ['id'], title: '{{title}}', body: '{{body}}', acl: { column: 'allowed' } };

/** A record as AWS DMS writes it for PostgreSQL, with IncludeTransactionDetails. */
function record(operation: string, data: object, metadata: object = {}, further: object = {}) {
  return {
    ...further,
    data,
    metadata: {
      timestamp: '2026-07-29T00:58:17.983670Z',
      'record-type': 'data',
      operation,
      'partition-key-type': 'schema-table',
      'schema-name': 'public',
      'table-name': 'orders',
      'transaction-id': 1139,
      'transaction-record-id': 1,
      'commit-timestamp': '2026-07-29T00:58:17.974340Z',
      'stream-position': '00000002/7C007178.3.00000002/7C007178',
      ...metadata,
    },
  };
}

const load = (data: object) => {
  const { data: row, metadata } = record('load', data);
  const { 'commit-timestamp': _, 'transaction-record-id': __, ...rest } = metadata;
  return { data: row, metadata: rest };
};
const ROW = { id: 42, title: 'Order', body: 'Tea', allowed: '{group:staff}' };
const versionOf = (message: unknown, mapping = mappingOf(PLAIN)) =>
  upserted(map(message, mapping))['version'];

test('an insert becomes the document, with the time of its commit', () => {
  const data = upserted(map(record('insert', ROW)));
  assert.equal(data['documentId'], 'orders/42');
  assert.deepEqual(data['acl'], { allow: ['group:staff'] });
  assert.equal(data['changedAt'], '2026-07-29T00:58:17.974Z');
});

test('changes are ordered by commit, then by their place in the transaction', () => {
  const versions = [
    load(ROW),
    record('insert', ROW),
    record('update', ROW, { 'transaction-record-id': 2 }),
    record('update', ROW, { 'commit-timestamp': '2026-07-29T00:58:17.975Z' }),
    record('update', ROW, { 'commit-timestamp': '2026-07-29T00:58:18Z', 'transaction-record-id': 9 }),
  ].map((message) => versionOf(message) as number);
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(versions).size, versions.length);
  assert.equal(versions[0], 0);
});

test('a load that the mapping dates is above older changes and below newer ones', () => {
  const mapping = mappingOf({ ...PLAIN, loadedAt: '2026-07-29T00:58:17.980Z' });
  const loaded = versionOf(load(ROW), mapping) as number;
  assert.ok(loaded > (versionOf(record('update', ROW), mapping) as number));
  const later = record('update', ROW, { 'commit-timestamp': '2026-07-29T00:58:17.981000Z' });
  assert.ok(loaded < (versionOf(later, mapping) as number));
});

test('a change without details of its transaction is refused, and says what to set', () => {
  const { refusal } = map(record('update', ROW, { 'commit-timestamp': undefined }));
  assert.match(refusal?.message ?? '', /IncludeTransactionDetails/);
});

test('a key that changes is known by the image before, or by columns of a transformation rule', () => {
  const forms = [
    record('update', ROW, {}, { 'before-image': { id: 41 } }),
    record('update', { ...ROW, BI_id: 41 }),
  ];
  for (const message of forms) {
    assert.deepEqual(
      brief(map(message)).map((line) => line.split('@')[0]),
      ['-orders/41', '+orders/42'],
    );
  }
  assert.equal(brief(map(record('update', ROW, {}, { 'before-image': {} }))).length, 1);
  assert.equal(brief(map(record('update', ROW, {}, { 'before-image': { id: 42 } }))).length, 1);
});

test('a deletion needs no more than the key', () => {
  assert.match(brief(map(record('delete', { id: 42, title: null })))[0]!, /^-orders\/42@/);
});

test('null columns may be left out', () => {
  const data = upserted(map(record('insert', { id: 42, body: 'Tea' })));
  assert.equal(data['title'], undefined);
  assert.deepEqual(data['acl'], { allow: [] });
});

test('control records are ignored, whatever table they are of; a truncation of the source is not', () => {
  const control = { 'record-type': 'control', 'commit-timestamp': undefined };
  for (const operation of ['create-table', 'drop-table', 'truncate-table', 'add-column']) {
    for (const name of ['orders', 'awsdms_apply_exceptions', '']) {
      const { data: _, ...message } = record(operation, {}, { ...control, 'table-name': name });
      assert.equal(map({ ...message, control: {} }).outcome, 'ignored');
    }
  }
  const truncated = map(record('truncate-table', {}, { 'record-type': 'control' }));
  assert.equal(truncated.outcome, 'truncated');
});

test('an unknown operation, a missing row and an unknown table are refused', () => {
  assert.equal(map(record('merge', ROW)).refusal?.code, 'FRESHET_CHANGE_INVALID');
  assert.equal(map({ ...record('insert', ROW), data: undefined }).refusal?.code, 'FRESHET_CHANGE_INVALID');
  assert.equal(map(record('insert', ROW, { 'table-name': 'x' })).refusal?.code, 'FRESHET_CHANGE_UNMAPPED');
});
