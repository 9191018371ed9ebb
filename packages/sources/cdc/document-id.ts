import { invalidChange, type Row, UNAVAILABLE } from './change.ts';
import type { TableMapping } from './mapping.ts';

/** Slashes would blur where an id ends; control characters and lone surrogates are no part of any document id. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is encoded.
const ENCODED = /[\u0000-\u001f\u007f/%]/g;

/**
 * `prefix/id`, or `prefix/a/b` for a key of several columns. Slashes, per cents and control characters inside a value
 * are percent-encoded, so that no two rows share an id.
 * @throws {FreshetError} `FRESHET_CHANGE_INVALID` where a column is missing, null, or no plain value.
 */
export function documentIdOf(row: Row, { table, idColumns, idPrefix }: TableMapping): string {
  const id = [idPrefix, ...idColumns.map((column) => encode(idText(row, column, table)))].join('/');
  if (id.length <= 512) return id;
  throw invalidChange(`The id of a row of ${table} is ${id.length} characters long; 512 are allowed.`);
}

/** What the ids of all rows of a table begin with, and no others of its source. */
export function idsBegin({ idPrefix }: TableMapping): string {
  return `${idPrefix}/`;
}

function idText(row: Row, column: string, table: string): string {
  const name = `id column ${JSON.stringify(column)} of ${table}`;
  if (!Object.hasOwn(row, column)) throw invalidChange(`The change has no ${name}; correct the mapping.`);
  const value = row[column];
  if (value === null) throw invalidChange(`The ${name} is null; choose columns that identify a row.`);
  if (value === UNAVAILABLE) throw invalidChange(`The ${name} is not in the change; choose key columns.`);
  if (typeof value === 'object') throw invalidChange(`The ${name} is no plain value.`);
  return String(value);
}

function encode(text: string): string {
  return text
    .toWellFormed()
    .replace(ENCODED, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
}
