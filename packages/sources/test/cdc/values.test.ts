import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAcl } from '../../cdc/acl.ts';
import { decodeValue, typesOfSchema } from '../../cdc/column-types.ts';
import { compileTemplate } from '../../cdc/template.ts';
import { envelope, map, mappingOf, row, upserted } from './fixture.ts';

test('dates and times of every precision become ISO 8601', () => {
  const cases: [string, unknown, string][] = [
    ['date-days', 20_783, '2026-11-26'],
    ['date-days', -1, '1969-12-31'],
    ['timestamp-millis', 1_795_704_750_990, '2026-11-26T14:52:30.99Z'],
    ['timestamp-micros', 1_795_704_750_990_044, '2026-11-26T14:52:30.990044Z'],
    ['timestamp-micros', -1, '1969-12-31T23:59:59.999999Z'],
    ['timestamp-nanos', '1795704750990044001', '2026-11-26T14:52:30.990044001Z'],
    ['time-micros', 53_550_990_044, '14:52:30.990044'],
    ['time-millis', 0, '00:00:00'],
    ['timestamp-micros', '9223372036825200000', '9223372036825200000'],
    ['timestamp-micros', '2026-11-26T14:52:30Z', '2026-11-26T14:52:30Z'],
  ];
  for (const [type, value, text] of cases) assert.equal(decodeValue('c', value, { type }), text);
  assert.throws(() => decodeValue('c', true, { type: 'date-days' }), { code: 'FRESHET_CHANGE_INVALID' });
});

test('decimals in all three ways of handling become their digits', () => {
  assert.equal(decodeValue('c', 'BNI=', { type: 'decimal', scale: 2 }), '12.34');
  assert.equal(decodeValue('c', '/qI=', { type: 'decimal', scale: 2 }), '-3.50');
  assert.equal(decodeValue('c', { scale: 3, value: 'AeJA' }, undefined), '123.456');
  assert.equal(decodeValue('c', { scale: -2, value: 'BQ==' }, undefined), '500');
  assert.equal(decodeValue('c', '12.34', { type: 'decimal', scale: 2 }), '12.34');
  assert.equal(decodeValue('c', 12.34, { type: 'decimal', scale: 2 }), 12.34);
});

test('every decimal comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }),
      fc.integer({ min: 0, max: 20 }),
      (n, scale) => {
        let length = 1;
        while (BigInt.asIntN(length * 8, n) !== n) length++;
        const hex = BigInt.asUintN(length * 8, n)
          .toString(16)
          .padStart(length * 2, '0');
        const value = { scale, value: Buffer.from(hex, 'hex').toString('base64') };
        const text = String(decodeValue('c', value, undefined));
        assert.equal(BigInt(text.replace('.', '')), n);
        assert.equal(text.split('.')[1]?.length ?? 0, scale);
      },
    ),
  );
});

test('a schema says the types of columns, and the mapping those that no schema says', () => {
  const fields = [
    {
      field: 'price',
      type: 'bytes',
      name: 'org.apache.kafka.connect.data.Decimal',
      parameters: { scale: '2' },
    },
    { field: 'at', type: 'int64', name: 'io.debezium.time.MicroTimestamp' },
    { field: 'id', type: 'int64' },
  ];
  assert.deepEqual(
    [...typesOfSchema({ type: 'struct', fields })],
    [
      ['price', { type: 'decimal', scale: 2 }],
      ['at', { type: 'timestamp-micros' }],
    ],
  );
  const mapping = mappingOf({
    changedAt: 'at',
    attributes: { price: { column: 'price', type: 'number' }, day: { column: 'day', type: 'date' } },
    columns: { day: { type: 'date-days' }, raw: { type: 'utf8' } },
    body: '{{raw}}',
  });
  const after = row({ price: 'BNI=', at: 1_795_704_750_990_044, day: 20_783, raw: 'w6TDtg==' });
  const message = {
    schema: { type: 'struct', fields: [{ field: 'after', type: 'struct', fields }] },
    payload: envelope('c', { after }),
  };
  const data = upserted(map(message, mapping));
  assert.deepEqual(data['attributes'], { price: 12.34, day: '2026-11-26' });
  assert.equal(data['changedAt'], '2026-11-26T14:52:30.990Z');
  assert.equal(data['content'], 'äö');
});

test('an attribute that is not of its type is refused; null leaves it out', () => {
  const mapping = mappingOf({ attributes: { price: { column: 'price', type: 'number' } } });
  assert.match(
    map(envelope('c', { after: row({ price: 'much' }) }), mapping).refusal?.message ?? '',
    /"price".*number/,
  );
  assert.deepEqual(upserted(map(envelope('c', { after: row({ price: null }) }), mapping))['attributes'], {});
  assert.deepEqual(upserted(map(envelope('c', { after: row({ price: '1.5' }) }), mapping))['attributes'], {
    price: 1.5,
  });
});

test('an acl is read from arrays, JSON, lists with commas, and arrays as PostgreSQL writes them', () => {
  const allow = ['user:ann', 'group:staff'];
  const forms = [
    allow,
    '["user:ann","group:staff"]',
    'user:ann, group:staff',
    '{user:ann,group:staff}',
    '{"user:ann","group:staff"}',
    '{"allow":["user:ann","group:staff"]}',
    { allow },
  ];
  for (const form of forms) assert.deepEqual(readAcl(form), { acl: { allow }, isUnreadable: false });
  assert.deepEqual(readAcl(['ann', 'group:x'], 'user:').acl, { allow: ['user:ann', 'group:x'] });
  assert.deepEqual(readAcl('{"public":true}').acl, { public: true });
});

test('what is no acl is closed: null and empty quietly, all else as unreadable', () => {
  for (const value of [null, undefined, '', '{}', [], '[]']) {
    assert.deepEqual(readAcl(value), { acl: { allow: [] }, isUnreadable: false });
  }
  const unreadable = [
    'ann',
    'public',
    'true',
    true,
    1,
    ['user:ann', null],
    '{user:ann,NULL}',
    '{{a},{b}}',
    '[1',
    '{"a',
    {
      public: false,
    },
    '{"public":1}',
    Array.from({ length: 1001 }, (_, i) => `user:${i}`),
  ];
  for (const value of unreadable)
    assert.deepEqual(readAcl(value), { acl: { allow: [] }, isUnreadable: true });
});

test('no text makes a document public but the one that says so', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.array(fc.string()), fc.anything()), (value) => {
      const { acl } = readAcl(value);
      if (!('public' in acl)) return;
      assert.deepEqual(typeof value === 'string' ? JSON.parse(value) : value, { public: true });
    }),
  );
});

test('a template: null is empty, a conditional line goes with its column, arrays are joined', () => {
  const template = compileTemplate('# {{title}}\n{{?note}}Note: {{note}}\n{{ tags }} {{n}}{{flag}}');
  const render = (fields: Record<string, unknown>) => template.render((column) => fields[column] ?? null);
  assert.equal(
    render({ title: 'T', note: 'x', tags: ['a', 'b'], n: 0, flag: false }),
    '# T\nNote: x\na, b 0false',
  );
  assert.equal(render({ title: '{{note}}', note: '' }), '# {{note}}\n ');
  assert.deepEqual([...template.columns], ['title', 'note', 'tags', 'n', 'flag']);
});

test('a uri has its values encoded, and none where one is missing', () => {
  const mapping = mappingOf({ uri: 'https://example.com/{{slug}}?q={{id}}' });
  const uriOf = (slug: unknown) => upserted(map(envelope('c', { after: row({ slug }) }), mapping))['uri'];
  assert.equal(uriOf('a/b ü'), 'https://example.com/a%2Fb%20%C3%BC?q=42');
  assert.equal(uriOf(null), undefined);
});
