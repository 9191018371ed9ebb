import { type Change, IGNORED, invalidChange, type Row, UNAVAILABLE } from './change.ts';
import { type ColumnType, decodeValue, typesOfSchema } from './column-types.ts';
import { isObject, type JsonObject, parseChangeJson } from './json.ts';
import type { CdcMapping, TableMapping } from './mapping.ts';
import { lsnVersion, shifted } from './versions.ts';

/** Debezium's own bookkeeping: the ends of transactions, changes of schemas, heartbeats. */
export function isDebeziumNotice(message: JsonObject): boolean {
  const { op, status, ddl, tableChanges, ts_ms } = message;
  if (op !== undefined) return false;
  const isTransaction = (status === 'BEGIN' || status === 'END') && typeof message['id'] === 'string';
  const isHeartbeat = ts_ms !== undefined && Object.keys(message).length === 1;
  return isTransaction || isHeartbeat || ddl !== undefined || tableChanges !== undefined;
}

/** The table of an envelope, as schema.table; `undefined` for a message of the log that is of no table. */
export function debeziumTable({ op, source }: JsonObject): string | undefined {
  if (op === 'm') return undefined;
  if (!isObject(source)) throw invalidChange('The envelope has no source; switch event flattening off.');
  return `${source['schema']}.${source['table']}`;
}

export interface DebeziumMessage {
  envelope: JsonObject;
  /** Of the envelope, where the converter writes schemas. */
  schema: unknown;
  /** The record's key, decoded; `undefined` where it is no JSON. */
  key: unknown;
}

/**
 * What a change event of Debezium's PostgreSQL connector says. The version is the log sequence number of the change
 * itself, of which no row has two; a snapshot's row is one below, since the log may go on at the very place that the
 * snapshot names, and records of the log begin at multiples of 8.
 * @throws {FreshetError} `FRESHET_CHANGE_INVALID`
 */
export function readDebezium(message: DebeziumMessage, table: TableMapping, mapping: CdcMapping): Change {
  const { envelope } = message;
  const { op, source } = envelope as { op: unknown; source: JsonObject };
  const isSnapshot = op === 'r';
  const version = shifted(
    Math.max(0, lsnVersion(positionOf(source)) - (isSnapshot ? 1 : 0)),
    table.versionOffset ?? 0,
  );
  const facts = { version, at: timeOf(envelope, source) };
  const rowOf = (name: 'before' | 'after') => readRow(message, name, table, mapping);
  switch (op) {
    case 'r':
    case 'c':
      return { kind: 'upsert', row: demand(rowOf('after'), 'after', op), ...facts };
    case 'u': {
      const before = rowOf('before');
      const row = withBefore(demand(rowOf('after'), 'after', op), before);
      // Of a changed primary key, Debezium makes a deletion and an insert: an update moves ids of other columns alone.
      return { kind: 'upsert', row, ...(before && table.replicaIdentity === 'full' && { before }), ...facts };
    }
    case 'd': {
      const row = demand(rowOf('before'), 'before', op);
      // Columns outside of the replica identity come as null, or as the default of their type.
      if (!knowsIds(message, table)) {
        throw invalidChange(
          `The key of ${table.table} lacks an id column, so that a deletion does not say which row: choose key columns, or set REPLICA IDENTITY FULL and "replicaIdentity": "full" in the mapping.`,
        );
      }
      return { kind: 'delete', row, ...facts };
    }
    case 't':
      return { kind: 'truncate', ...facts };
    case 'm':
      return IGNORED;
    default:
      throw invalidChange(`The operation is ${JSON.stringify(op)}; r, c, u, d, t and m are read.`);
  }
}

function readRow(
  { envelope, schema }: DebeziumMessage,
  name: 'before' | 'after',
  { columns = {} }: TableMapping,
  { isUnavailable }: CdcMapping,
): Row | undefined {
  const row = envelope[name];
  if (row === null || row === undefined) return undefined;
  if (!isObject(row)) throw invalidChange(`${name} is no object.`);
  const types = typesOfSchema(fieldSchema(schema, name));
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const type: ColumnType | undefined = types.get(column) ?? columns[column];
      // A bytea that holds text is declared by the mapping; its schema says no more than bytes.
      return [column, isUnavailable(value) ? UNAVAILABLE : decodeValue(column, value, type)];
    }),
  );
}

function fieldSchema(schema: unknown, name: string): unknown {
  const fields = isObject(schema) && Array.isArray(schema['fields']) ? schema['fields'] : [];
  return fields.filter(isObject).find(({ field }) => field === name);
}

/** Missing values from the row as it was. A value that was large is neither null nor empty there, unless it is unknown. */
function withBefore(row: Row, before: Row | undefined): Row {
  if (!before) return row;
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const old = before[column];
      const isKnown =
        old !== null && old !== undefined && old !== '' && !(Array.isArray(old) && old.length === 0);
      return [column, value === UNAVAILABLE && isKnown ? old : value];
    }),
  );
}

/** Whether the row as it was has true values in the id columns. */
function knowsIds({ key }: DebeziumMessage, { idColumns, replicaIdentity }: TableMapping): boolean {
  return (
    replicaIdentity === 'full' || (isObject(key) && idColumns.every((column) => Object.hasOwn(key, column)))
  );
}

/**
 * The place in the log: `lsn`, or, where a row of an incremental snapshot has none, the last place of `sequence`, which is
 * how far the log had been read when the row was known to be current.
 */
function positionOf({ lsn, sequence }: JsonObject): unknown {
  if (lsn !== null && lsn !== undefined) return lsn;
  const places = typeof sequence === 'string' ? parseChangeJson(Buffer.from(sequence)) : undefined;
  return Array.isArray(places) ? places.findLast((place) => place !== null) : undefined;
}

function timeOf({ ts_ms: sentAt }: JsonObject, { ts_ms: committedAt }: JsonObject): string {
  const time = new Date(Number(committedAt ?? sentAt));
  if (Number.isNaN(time.valueOf())) throw invalidChange('source.ts_ms is no time.');
  return time.toISOString();
}

function demand(row: Row | undefined, name: string, op: unknown): Row {
  if (!row) throw invalidChange(`A change with op ${JSON.stringify(op)} has no ${name}.`);
  return row;
}
