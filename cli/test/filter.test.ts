import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../command.ts';
import { readFilter } from '../filter.ts';

test('conditions on one name are any of its values, or one range', () => {
  assert.deepEqual(
    readFilter({
      source: 'handbook',
      filter: [
        'status=open',
        'status=a=b',
        'status=3',
        'beta=true',
        'edition>=4',
        'edition<6.5',
        'id="4"',
        'zip=007',
      ],
    }),
    {
      filter: {
        sources: ['handbook'],
        attributes: {
          status: ['open', 'a=b', 3],
          beta: true,
          edition: { gte: 4, lt: 6.5 },
          id: '4',
          zip: '007',
        },
      },
    },
  );
  assert.deepEqual(readFilter({ filter: ['path^=docs/', 'due>2026-01-01'] }), {
    filter: { attributes: { path: { prefix: 'docs/' }, due: { gt: '2026-01-01' } } },
  });
  assert.deepEqual(readFilter({ 'changed-after': '2026-01-01', 'changed-before': '2026-02-01' }), {
    filter: { changedAt: { gte: '2026-01-01', lt: '2026-02-01' } },
  });
  assert.equal(readFilter({}), undefined);
});

test('what is no condition is wrong usage', () => {
  for (const filter of [
    ['status'],
    ['=x'],
    ['a='],
    ['a=1', 'a>1'],
    ['a^=x', 'a^=y'],
    ['a>1', 'a=1'],
    ['a>true'],
  ]) {
    assert.throws(() => readFilter({ filter }), UsageError, filter.join());
  }
});
