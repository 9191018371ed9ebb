import { type CdcMapping, readCdcMapping } from '../../cdc/index.ts';
import { type MappedRecord, mapRecord } from '../../cdc/map-record.ts';

export const TOPIC = 'shop.public.orders';

type Fields = Record<string, unknown>;

/** A mapping of public.orders, with some of its fields replaced. */
export function mappingOf(table: Fields = {}, root: Fields = {}): CdcMapping {
  const orders = {
    table: 'public.orders',
    topic: TOPIC,
    source: 'shop',
    idColumns: ['id'],
    title: '{{title}}',
    body: '{{body}}',
    acl: { column: 'allowed' },
    ...table,
  };
  return readCdcMapping(JSON.stringify({ tables: [orders], ...root }));
}

/** A change event of Debezium without its schema. */
export function envelope(op: string, rows: { before?: Fields; after?: Fields }, lsn: unknown = 800): Fields {
  const { before = null, after = null } = rows;
  return {
    before,
    after,
    source: { schema: 'public', table: 'orders', lsn, ts_ms: 1_700_000_000_000, snapshot: 'false' },
    op,
    ts_ms: 1_700_000_000_100,
  };
}

export function row(fields: Fields = {}): Fields {
  return { id: 42, title: 'Order', body: 'Tea', allowed: ['group:staff'], ...fields };
}

/** Maps one message; its key is `{id}` unless it is given. */
export function map(message: unknown, mapping = mappingOf(), key: unknown = { id: 42 }): MappedRecord {
  const value = message === null ? null : Buffer.from(JSON.stringify(message));
  return mapRecord({ topic: TOPIC, key: JSON.stringify(key), value }, mapping);
}

/** What was mapped in short: `+id@version` for an upsert, `-id@version` for a deletion. */
export function brief({ events }: MappedRecord): string[] {
  return events.map(
    ({ type, data }) => `${type.includes('upserted') ? '+' : '-'}${data.documentId}@${data.version}`,
  );
}

/** The data of the one upsert. */
export function upserted(mapped: MappedRecord): Fields {
  const [event] = mapped.events;
  if (mapped.outcome !== 'upserted' || !event)
    throw new Error(`${mapped.outcome}: ${mapped.refusal?.message}`);
  return event.data;
}
