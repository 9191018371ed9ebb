import {
  type Acl,
  type Attributes,
  type DELETED,
  type DeletedDocument,
  MAX_CONTENT_BYTES,
  UPSERTED,
  UpsertedDocument,
} from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { readAcl } from './acl.ts';
import { invalidChange, type Row, UNAVAILABLE } from './change.ts';
import type { AttributeType, TableMapping } from './mapping.ts';
import { toText } from './template.ts';

/** A document event without the id that its record gets. */
export type DocumentChange =
  | { type: typeof UPSERTED; data: UpsertedDocument }
  | { type: typeof DELETED; data: DeletedDocument };

const MAX_TITLE = 1024;
const MAX_URI = 2048;
const validator = createValidator(UpsertedDocument);

export interface BuiltDocument {
  /** `undefined` for a row whose body has no text. */
  event: Extract<DocumentChange, { type: typeof UPSERTED }> | undefined;
  isAclUnreadable: boolean;
}

/**
 * The document of a row.
 * @throws {FreshetError} `FRESHET_CHANGE_INCOMPLETE` where the change lacks the value of a mapped column,
 *   `FRESHET_CHANGE_INVALID` or `FRESHET_CONTENT_TOO_LARGE` where the row can be no document.
 */
export function buildDocument(
  row: Row,
  mapping: TableMapping,
  { documentId, version, at }: { documentId: string; version: number; at: string },
): BuiltDocument {
  const { table, tenant, source, mediaType, language } = mapping;
  const read = (column: string) => {
    if (!Object.hasOwn(row, column)) {
      throw invalidChange(`Table ${table} has no column ${JSON.stringify(column)}; correct the mapping.`);
    }
    const value = row[column];
    if (value === UNAVAILABLE) throw incomplete(table, column);
    return value;
  };
  const { acl, isUnreadable } = aclOf(mapping, read);
  const attributes = attributesOf(mapping, read);
  const changedAt = (mapping.changedAt && timeOf(read(mapping.changedAt))) || at;
  const title = mapping.title?.render(read).trim().slice(0, MAX_TITLE).toWellFormed();
  const uri = uriOf(mapping, read);
  const content = mapping.body.render(read);
  if (content.trim() === '') return { event: undefined, isAclUnreadable: false };
  const bytes = Buffer.byteLength(content);
  if (bytes > MAX_CONTENT_BYTES) {
    throw new FreshetError('FRESHET_CONTENT_TOO_LARGE', {
      detail: `The text of a row of ${table} is ${bytes} bytes long; ${MAX_CONTENT_BYTES} are allowed.`,
    });
  }
  const data = {
    tenant,
    source,
    documentId,
    version,
    ...(title ? { title } : {}),
    ...(uri ? { uri } : {}),
    mediaType,
    content,
    ...(language ? { language } : {}),
    ...(acl ? { acl } : {}),
    attributes,
    changedAt,
  };
  if (validator.check(data)) return { event: { type: UPSERTED, data }, isAclUnreadable: isUnreadable };
  const [first] = validator.errors(data);
  throw invalidChange(`A row of ${table} is no document: ${first?.path} ${first?.detail}.`);
}

/** The column that says who may see a row; `undefined` where that is constant. */
export function aclColumn({ acl }: TableMapping): string | undefined {
  return acl && 'column' in acl ? acl.column : undefined;
}

function aclOf(
  { acl }: TableMapping,
  read: (column: string) => unknown,
): { acl: Acl | undefined; isUnreadable: boolean } {
  if (!acl || !('column' in acl)) return { acl, isUnreadable: false };
  return readAcl(read(acl.column), acl.prefix);
}

function uriOf({ uri }: TableMapping, read: (column: string) => unknown): string | undefined {
  // An address with a hole leads nowhere, and one that was cut leads elsewhere.
  if (!uri || [...uri.columns].some((column) => toText(read(column)) === '')) return undefined;
  const text = uri.render(read, (value) => encodeURIComponent(value.toWellFormed()));
  return text.length <= MAX_URI ? text : undefined;
}

function attributesOf(
  { table, attributes = {} }: TableMapping,
  read: (column: string) => unknown,
): Attributes {
  const attributesRead: Attributes = {};
  for (const [name, { column, type = 'string' }] of Object.entries(attributes)) {
    const value = read(column);
    if (value === null) continue;
    const attribute = attributeOf(value, type);
    if (attribute === undefined) {
      throw invalidChange(
        `Column ${JSON.stringify(column)} of ${table} is no ${type} for attribute ${name}.`,
      );
    }
    attributesRead[name] = attribute;
  }
  return attributesRead;
}

function attributeOf(value: unknown, type: AttributeType): string | number | boolean | undefined {
  if (type === 'string') return toText(value).toWellFormed();
  if (type === 'date') return timeOf(value, true);
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value;
    return { true: true, t: true, 1: true, false: false, f: false, 0: false }[String(value).toLowerCase()];
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A date, or date and time, in RFC 3339; without a zone it is in UTC. `undefined` for what is neither. */
function timeOf(value: unknown, mayBeDate = false): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d+)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(
    typeof value === 'string' ? value.trim() : '',
  );
  if (!match) return undefined;
  const [, date, time, zone = 'Z'] = match;
  if (mayBeDate && !time) return Number.isNaN(Date.parse(date!)) ? undefined : date;
  const offset =
    zone === 'Z'
      ? zone
      : zone.replace(/^(...):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`);
  const parsed = new Date(`${date}T${time ?? '00:00:00'}${offset}`);
  return Number.isNaN(parsed.valueOf()) ? undefined : parsed.toISOString();
}

function incomplete(table: string, column: string): FreshetError {
  return new FreshetError('FRESHET_CHANGE_INCOMPLETE', {
    detail: `The change of ${table} lacks column ${JSON.stringify(column)}, a large value that did not change: run ALTER TABLE ${table} REPLICA IDENTITY FULL, or configure Debezium's reselect post processor.`,
  });
}
