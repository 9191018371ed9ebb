import { type Change, IGNORED, invalidChange, type Row } from './change.ts';
import { decodeValue } from './column-types.ts';
import { isObject, type JsonObject } from './json.ts';
import type { CdcMapping, TableMapping } from './mapping.ts';
import { commitVersion, shifted, timeIn, timeVersion } from './versions.ts';

/** Before the name of a column as it was, where a transformation rule of AWS DMS adds such columns. */
const BEFORE_PREFIX = 'BI_';

export function isDms(message: JsonObject): message is JsonObject & { metadata: JsonObject } {
  const { metadata } = message;
  return isObject(metadata) && (metadata['record-type'] !== undefined || metadata['operation'] !== undefined);
}

/** The table of a record, as schema.table; `undefined` for a control record that changes no row. */
export function dmsTable({ metadata }: JsonObject & { metadata: JsonObject }): string | undefined {
  const operation = String(metadata['operation']);
  // A full load empties its target before it begins, which is no change of the source: that one has no commit.
  const isTruncation = isTruncate(operation) && metadata['commit-timestamp'] !== undefined;
  if (metadata['record-type'] === 'control' && !isTruncation) return undefined;
  return `${metadata['schema-name']}.${metadata['table-name']}`;
}

/**
 * What a record of AWS DMS says. A change is ordered by its commit time and its place in the transaction, so the
 * endpoint needs `IncludeTransactionDetails`; a row of a full load is below all changes, or, where the mapping says
 * when the load began, at that time. Null columns may be left out of a record.
 * @throws {FreshetError} `FRESHET_CHANGE_INVALID`
 */
export function readDms(
  message: JsonObject & { metadata: JsonObject },
  table: TableMapping,
  { beforeImage }: CdcMapping,
): Change {
  const { metadata, data } = message;
  const operation = String(metadata['operation']);
  const committedAt = metadata['commit-timestamp'];
  const versionOf = () => {
    if (committedAt === undefined) {
      throw invalidChange(
        'The change has no metadata.commit-timestamp: set IncludeTransactionDetails on the target endpoint.',
      );
    }
    return shifted(commitVersion(committedAt, metadata['transaction-record-id']), table.versionOffset ?? 0);
  };
  const at = timeIn(committedAt ?? metadata['timestamp'], 'timestamp').toISOString();
  if (isTruncate(operation)) return { kind: 'truncate', version: versionOf(), at };
  if (metadata['record-type'] === 'control') return IGNORED;
  if (!isObject(data)) throw invalidChange('The record has no data.');
  switch (operation) {
    case 'load':
    case 'read': {
      const loaded = table.loadedAt === undefined ? 0 : timeVersion(table.loadedAt, 'loadedAt');
      return {
        kind: 'upsert',
        row: readRow(data, table),
        version: shifted(loaded, table.versionOffset ?? 0),
        at,
      };
    }
    case 'insert':
    case 'create':
      return { kind: 'upsert', row: readRow(data, table), version: versionOf(), at };
    case 'update': {
      const row = readRow(data, table);
      const before = { ...row, ...beforeOf(data, message[beforeImage], table) };
      return { kind: 'upsert', row, before, version: versionOf(), at };
    }
    case 'delete':
      return { kind: 'delete', row: readRow(data, table), version: versionOf(), at };
    default:
      throw invalidChange(
        `The operation is ${JSON.stringify(operation)}; load, insert, update and delete are read.`,
      );
  }
}

/** Every mapped column: one that is not there is null. */
function readRow(data: JsonObject, table: TableMapping): Row {
  const { columns = {} } = table;
  const names = new Set([...mappedColumns(table), ...Object.keys(data)]);
  return Object.fromEntries([...names].map((name) => [name, decodeValue(name, data[name], columns[name])]));
}

function beforeOf(data: JsonObject, image: unknown, { idColumns, columns = {} }: TableMapping): Row {
  const known = isObject(image) ? image : {};
  return Object.fromEntries(
    idColumns
      .map((name) => [name, known[name] ?? data[`${BEFORE_PREFIX}${name}`]] as const)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, decodeValue(name, value, columns[name])]),
  );
}

function mappedColumns({ idColumns, title, body, uri, attributes, acl, changedAt }: TableMapping): string[] {
  return [
    ...idColumns,
    ...[title, body, uri].flatMap((template) => [...(template?.columns ?? [])]),
    ...Object.values(attributes ?? {}).map(({ column }) => column),
    ...(acl && 'column' in acl ? [acl.column] : []),
    ...(changedAt ? [changedAt] : []),
  ];
}

function isTruncate(operation: string): boolean {
  return /^truncate-?table$/i.test(operation);
}
