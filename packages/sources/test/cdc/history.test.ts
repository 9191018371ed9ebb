import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DocumentChange } from '../../cdc/document.ts';
import { map, mappingOf, upserted } from './fixture.ts';

const PLACEHOLDER = '__debezium_unavailable_value';
const ACL_OF_ALL = ['group:a', 'group:b', 'group:c'];

interface TableRow {
  body: string;
  allowed: string[];
}

/** One statement on a table of few rows, so that histories meet. */
const statement = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    id: fc.nat(3),
    body: fc.constantFrom('tea', 'salt', 'rice', ''),
  }),
  fc.record({ kind: fc.constant('allow' as const), id: fc.nat(3), allowed: fc.subarray(ACL_OF_ALL) }),
  fc.record({ kind: fc.constant('delete' as const), id: fc.nat(3) }),
  fc.record({ kind: fc.constant('move' as const), id: fc.nat(3), to: fc.nat(3) }),
);
type Statement = typeof statement extends fc.Arbitrary<infer S> ? S : never;

/** What Debezium sends of a history, and what the table holds at its end. `isFull`: changes carry large values. */
function play(statements: readonly Statement[], isFull: boolean) {
  const table = new Map<number, TableRow>();
  const messages: { message: unknown; key: unknown }[] = [];
  let lsn = 0;
  const send = (op: string, id: number, rows: { before?: unknown; after?: unknown }) => {
    const source = { schema: 'public', table: 'orders', lsn, ts_ms: 1_700_000_000_000 + lsn };
    messages.push({ message: { before: null, after: null, ...rows, source, op, ts_ms: 1 }, key: { id } });
  };
  const rowOf = (id: number, { body, allowed }: TableRow, isBodyNew: boolean) => ({
    id,
    title: null,
    // A body of one word stands for one that is kept beside its row.
    body: isFull || isBodyNew || body === '' ? body : PLACEHOLDER,
    allowed,
  });
  const remove = (id: number) => {
    send('d', id, { before: { id, title: null, body: null, allowed: null } });
    messages.push({ message: null, key: { id } });
    table.delete(id);
  };
  for (const each of statements) {
    lsn += 8;
    const known = table.get(each.id);
    if (each.kind === 'put') {
      const next = { body: each.body, allowed: known?.allowed ?? ['group:a'] };
      table.set(each.id, next);
      send(known ? 'u' : 'c', each.id, { after: rowOf(each.id, next, true) });
    } else if (!known) continue;
    else if (each.kind === 'allow') {
      const next = { ...known, allowed: each.allowed };
      table.set(each.id, next);
      send('u', each.id, { after: rowOf(each.id, next, false) });
    } else if (each.kind === 'delete') remove(each.id);
    else if (!table.has(each.to)) {
      remove(each.id);
      table.set(each.to, known);
      send('c', each.to, { after: rowOf(each.to, known, false) });
    }
  }
  return { table, messages };
}

/** The index: of each document the event with the greatest version, whatever order they come in. */
function apply(events: readonly DocumentChange[]): Map<string, DocumentChange['data']> {
  const newest = new Map<string, DocumentChange>();
  for (const event of events) {
    const known = newest.get(event.data.documentId);
    if (!known || event.data.version > known.data.version) newest.set(event.data.documentId, event);
  }
  const live = [...newest.values()].filter(({ type }) => type.includes('upserted'));
  return new Map(live.map(({ data }) => [data.documentId, data]));
}

const histories = fc.array(statement, { maxLength: 30 });
const shuffles = fc.infiniteStream(fc.nat());

function shuffled<T>(items: readonly T[], random: Iterator<number>): T[] {
  // Some come twice, as after a batch that is tried again.
  const twice = [...items, ...items.filter((_, i) => i % 3 === 0)];
  return twice
    .map((item) => [random.next().value as number, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

test('after any history, replayed in any order, the documents are the rows', () => {
  const mapping = mappingOf();
  fc.assert(
    fc.property(histories, shuffles, (statements, random) => {
      const { table, messages } = play(statements, true);
      const events = messages.flatMap(({ message, key }) => {
        const mapped = map(message, mapping, key);
        assert.equal(mapped.refusal, undefined);
        return mapped.events;
      });
      const expected = [...table]
        .filter(([, { body }]) => body !== '')
        .map(([id, { body, allowed }]) => [`orders/${id}`, body, { allow: allowed }]);
      const found = [...apply(shuffled(events, random[Symbol.iterator]()))].map(([id, data]) => [
        id,
        'content' in data && data.content,
        'acl' in data && data.acl,
      ]);
      assert.deepEqual(found.sort(), expected.sort());
    }),
  );
});

test('where changes lack large values, no document is seen by anybody who may not see its row, or says what it does not', () => {
  const mapping = mappingOf();
  fc.assert(
    fc.property(histories, shuffles, (statements, random) => {
      const { table, messages } = play(statements, false);
      const events = messages.flatMap(({ message, key }) => map(message, mapping, key).events);
      for (const [documentId, data] of apply(shuffled(events, random[Symbol.iterator]()))) {
        const known = table.get(Number(documentId.replace('orders/', '')));
        assert.ok(known, documentId);
        assert.deepEqual('acl' in data && data.acl, { allow: known.allowed });
        assert.equal('content' in data && data.content, known.body);
      }
    }),
  );
});

test('a row of a snapshot never wins over a change that came after it', () => {
  const mapping = mappingOf();
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), (at, later) => {
      const source = (lsn: number) => ({ schema: 'public', table: 'orders', lsn, ts_ms: 1 });
      const after = { id: 1, title: null, body: 'x', allowed: null };
      const versionOf = (op: string, lsn: number) =>
        upserted(map({ before: null, after, source: source(lsn), op, ts_ms: 1 }, mapping))[
          'version'
        ] as number;
      assert.ok(versionOf('r', at * 8) < versionOf('u', (at + later) * 8) || at + later === 0);
    }),
  );
});
