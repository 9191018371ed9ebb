import { DELETED } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { type Change, IGNORED, invalidChange, type Row, UNAVAILABLE } from './change.ts';
import { debeziumTable, isDebeziumNotice, readDebezium } from './debezium.ts';
import { dmsTable, isDms, readDms } from './dms.ts';
import { aclColumn, buildDocument, type DocumentChange } from './document.ts';
import { documentIdOf } from './document-id.ts';
import { isObject, parseChangeJson } from './json.ts';
import type { CdcMapping, TableMapping } from './mapping.ts';
import type { Truncation } from './truncation.ts';

/** A record of a topic that changes come in. */
export interface ChangeRecord {
  topic: string;
  key: string;
  value: Buffer | null;
}

/** What became of a change record. */
export interface MappedRecord {
  outcome: 'upserted' | 'deleted' | 'truncated' | 'ignored' | 'refused';
  /** `undefined` where the record names no table that is mapped. */
  table: string | undefined;
  /** To be written in this order. A refused change may have some: they withdraw what must not be read any more. */
  events: DocumentChange[];
  /** The rows of the table are gone; which documents they were, the index knows. */
  truncation?: Truncation;
  /** Why the record goes to the dead letters. */
  refusal?: FreshetError;
  /** The acl column held something that is no acl, so that nobody sees the document. */
  isAclUnreadable?: true;
}

/** Turns one change record into document events. Never throws for what a record holds: the answer says what is wrong. */
export function mapRecord(record: ChangeRecord, mapping: CdcMapping): MappedRecord {
  let table: TableMapping | undefined;
  try {
    const read = readRecord(record, mapping);
    table = read.table;
    if (!table) return { outcome: 'ignored', table: undefined, events: [] };
    return mapChange(read.change(), table);
  } catch (error) {
    if (!(error instanceof FreshetError)) throw error;
    return { outcome: 'refused', table: table?.table, events: [], refusal: error };
  }
}

interface ReadRecord {
  table?: TableMapping;
  change: () => Change;
}

const NOTHING: ReadRecord = { change: () => IGNORED };

function readRecord({ topic, key, value }: ChangeRecord, mapping: CdcMapping): ReadRecord {
  // A tombstone lets Kafka forget the key; the deletion came before it, and had a version.
  if (value === null) return NOTHING;
  const message = parseChangeJson(value);
  if (!isObject(message)) throw invalidChange('The record is no change of Debezium or AWS DMS.');
  if (isDms(message)) {
    const name = dmsTable(message);
    if (name === undefined) return NOTHING;
    const table = demandTable(mapping, topic, name);
    return { table, change: () => readDms(message, table, mapping) };
  }
  const { schema, payload } = message;
  const hasSchema = schema !== undefined && payload !== undefined;
  if (hasSchema && payload === null) return NOTHING;
  const envelope = hasSchema && isObject(payload) ? payload : message;
  if (isDebeziumNotice(envelope)) return NOTHING;
  if (envelope['op'] === undefined) throw invalidChange('The record is no change of Debezium or AWS DMS.');
  const name = debeziumTable(envelope);
  if (name === undefined) return NOTHING;
  const table = demandTable(mapping, topic, name);
  return { table, change: () => readDebezium({ envelope, schema, key: readKey(key) }, table, mapping) };
}

function readKey(key: string): unknown {
  try {
    const parsed = parseChangeJson(Buffer.from(key));
    return isObject(parsed) && 'schema' in parsed && isObject(parsed['payload']) ? parsed['payload'] : parsed;
  } catch {
    return undefined; // another converter; what depends on the key says so
  }
}

function demandTable(mapping: CdcMapping, topic: string, name: string): TableMapping {
  const table = mapping.find(topic, name);
  if (table) return table;
  throw new FreshetError('FRESHET_CHANGE_UNMAPPED', {
    detail: `The mapping has no table ${JSON.stringify(name)} for topic ${topic}: add it, or capture fewer tables.`,
  });
}

function mapChange(change: Change, table: TableMapping): MappedRecord {
  switch (change.kind) {
    case 'ignored':
      return { outcome: 'ignored', table: table.table, events: [] };
    case 'truncate': {
      const { version, at } = change;
      return { outcome: 'truncated', table: table.table, events: [], truncation: { table, version, at } };
    }
    case 'delete':
      return {
        outcome: 'deleted',
        table: table.table,
        events: [deletion(documentIdOf(change.row, table), table, change)],
      };
    case 'upsert':
      return mapUpsert(change, table);
  }
}

function mapUpsert(change: Extract<Change, { kind: 'upsert' }>, table: TableMapping): MappedRecord {
  const { row, before } = change;
  const events: DocumentChange[] = [];
  const old = before && hasIds(before, table) ? documentIdOf(before, table) : undefined;
  try {
    const documentId = documentIdOf(row, table);
    // The old key first: what it named is gone even if the new row can be no document.
    if (old !== undefined && old !== documentId) events.push(deletion(old, table, change));
    try {
      const { event, isAclUnreadable } = buildDocument(row, table, { ...change, documentId });
      events.push(event ?? deletion(documentId, table, change));
      return {
        outcome: event ? 'upserted' : 'deleted',
        table: table.table,
        events,
        ...(isAclUnreadable && { isAclUnreadable }),
      };
    } catch (error) {
      if (mustWithdraw(error, row, table)) events.push(withdrawal(documentId, table, change));
      throw error;
    }
  } catch (error) {
    if (!(error instanceof FreshetError)) throw error;
    return { outcome: 'refused', table: table.table, events, refusal: error };
  }
}

/**
 * Whether a document must go because a change of it cannot be applied. Left alone, it would go on saying what the row
 * no longer says, to whoever could see it before. It may stay where the change only lacks large values, which says
 * that they are what they were, and who may see it cannot have changed: its acl is constant, or lacking as well.
 */
function mustWithdraw(error: unknown, row: Row, table: TableMapping): boolean {
  if (!(error instanceof FreshetError)) return false;
  if (error.code !== 'FRESHET_CHANGE_INCOMPLETE') return true;
  const column = aclColumn(table);
  return column !== undefined && row[column] !== UNAVAILABLE;
}

/** A deletion just below the change, so that the change itself still wins when it is replayed after a correction. */
function withdrawal(
  documentId: string,
  table: TableMapping,
  { version, at }: { version: number; at: string },
) {
  return deletion(documentId, table, { version: Math.max(0, version - 1), at });
}

function hasIds(row: Row, { idColumns }: TableMapping): boolean {
  return idColumns.every(
    (column) => row[column] !== null && row[column] !== undefined && row[column] !== UNAVAILABLE,
  );
}

function deletion(
  documentId: string,
  { tenant, source }: TableMapping,
  { version, at }: { version: number; at: string },
): DocumentChange {
  return { type: DELETED, data: { tenant, source, documentId, version, changedAt: at } };
}
