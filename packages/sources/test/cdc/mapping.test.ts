import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readCdcMapping } from '../../cdc/index.ts';
import { mappingOf } from './fixture.ts';

test('the mapping of deploy/cdc is valid', () => {
  const path = new URL('../../../../deploy/cdc/mapping.json', import.meta.url);
  const { tables, topics } = readCdcMapping(readFileSync(path, 'utf8'));
  assert.deepEqual(
    tables.map(({ idPrefix }) => idPrefix),
    ['articles', 'faqs'],
  );
  assert.deepEqual(topics, ['shop.public.articles', 'shop.public.faqs']);
});

test('what is wrong in a mapping is named by its path', () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ table: 'orders' }, /\/tables\/0\/table /],
    [{ idColumns: [] }, /\/tables\/0\/idColumns /],
    [{ source: 'Shop' }, /\/tables\/0\/source /],
    [{ tables: 1 }, /\/tables\/0 .*tables/],
    [{ body: 'x {{ }}' }, /\/tables\/0\/body .*names no column/],
    [{ body: 'x {{title' }, /\/tables\/0\/body .*without a partner/],
    [{ title: 'x {{?title}}' }, /\/tables\/0\/title .*beginning of a line/],
    [{ attributes: { price: { column: 'price', type: 'money' } } }, /\/tables\/0\/attributes\/price\/type /],
    [{ columns: { at: { type: 'timestamp' } } }, /\/tables\/0\/columns\/at\/type /],
    [{ acl: { allow: ['everybody'] } }, /\/tables\/0\/acl/],
  ];
  for (const [fields, message] of cases) {
    assert.throws(
      () => mappingOf(fields),
      { code: 'FRESHET_CONFIG_INVALID', message },
      JSON.stringify(fields),
    );
  }
  assert.throws(() => readCdcMapping('{'), { code: 'FRESHET_CONFIG_INVALID' });
  assert.throws(() => readCdcMapping('{"tables":[]}'), /\/tables /);
});

test('two tables may not share ids, nor one stand there twice', () => {
  const table = { topic: 't', source: 'shop', idColumns: ['id'], body: '{{b}}' };
  const read = (...tables: object[]) =>
    readCdcMapping(JSON.stringify({ tables: tables.map((each) => ({ ...table, ...each })) }));
  assert.throws(() => read({ table: 'a.x' }, { table: 'a.x', idPrefix: 'y' }), /\/tables\/1\/table/);
  assert.throws(
    () => read({ table: 'a.x', idPrefix: 'p' }, { table: 'a.y', idPrefix: 'p' }),
    /\/tables\/1\/idPrefix/,
  );
  assert.equal(
    read({ table: 'a.x', idPrefix: 'p' }, { table: 'a.y', idPrefix: 'p', source: 'b' }).tables.length,
    2,
  );
  assert.equal(read({ table: 'sales.x' }).tables[0]?.idPrefix, 'sales.x');
});
