import { randomUUID } from 'node:crypto';
import {
  DELETED,
  DeletedDocument,
  type DocumentEvent,
  UPSERTED,
  UpsertedDocument,
} from './contracts/document.ts';
import { documentKey, parseDocumentKey } from './contracts/identity.ts';
import { FreshetError } from './errors.ts';
import { createValidator } from './validation.ts';

/** Names of the topics that the fleet shares. */
export const DOCUMENTS_TOPIC = 'documents';
export const DEAD_LETTER_TOPIC = 'documents.dlq';
/** Which objects of a connector's source changed, until somebody has read them. */
export const NOTICES_TOPIC = 'documents.notices';

/** A log record, as far as an event needs one. */
export interface EventRecord {
  key: string;
  value: Buffer | null;
  headers: Record<string, string>;
}

const STRUCTURED = 'application/cloudevents+json';
const upserted = createValidator(UpsertedDocument);
const deleted = createValidator(DeletedDocument);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A document event as a record: CloudEvents 1.0, Kafka protocol binding, binary content mode. */
export function encodeDocumentEvent(
  event: Pick<DocumentEvent, 'type' | 'data'>,
  headers: Record<string, string> = {},
): EventRecord {
  return {
    key: documentKey(event.data),
    value: Buffer.from(JSON.stringify(event.data)),
    headers: {
      ...headers,
      ce_specversion: '1.0',
      ce_id: randomUUID(),
      ce_source: `/freshet/${event.data.tenant}/${event.data.source}`,
      ce_type: event.type,
      ce_time: event.data.changedAt,
      'content-type': 'application/json',
    },
  };
}

/**
 * The document event of a record, in binary or structured content mode. A null value deletes the document of its
 * key, at the version in the header `freshet-version`, or else at the record's time in microseconds.
 * @throws {FreshetError} `FRESHET_EVENT_INVALID`, saying what is wrong.
 */
export function decodeDocumentEvent(record: EventRecord & { timestamp: number }): DocumentEvent {
  const event = record.value === null ? deletionOf(record) : readEvent(record, record.value);
  const expected = documentKey(event.data);
  if (expected !== record.key) {
    throw invalid(`The record's key is ${JSON.stringify(record.key)}, the event's document is ${expected}.`);
  }
  return event;
}

function deletionOf({ key, headers, timestamp }: EventRecord & { timestamp: number }): DocumentEvent {
  const document = parseDocumentKey(key);
  if (!document) throw invalid('A null value needs a key of the form tenant/source/documentId.');
  const time = new Date(timestamp);
  if (Number.isNaN(time.valueOf())) throw invalid(`The record's time is ${timestamp}, which is no time.`);
  const version = Number(headers['freshet-version']?.replace(/^$/, 'none') ?? timestamp * 1000);
  const data = { ...document, version, changedAt: time.toISOString() };
  if (!deleted.check(data)) throw invalid(describe(deleted.errors(data)));
  return { type: DELETED, id: headers['ce_id'] ?? key, data };
}

function readEvent({ headers }: EventRecord, value: Buffer): DocumentEvent {
  const isStructured = headers['content-type']?.toLowerCase().startsWith(STRUCTURED) ?? false;
  const body = parseJson(value);
  const envelope = isStructured
    ? (body as Record<string, unknown>)
    : { specversion: headers['ce_specversion'], type: headers['ce_type'], id: headers['ce_id'], data: body };
  const { specversion, type, id, data } = envelope ?? {};
  if (specversion !== '1.0')
    throw invalid(`CloudEvents specversion is ${JSON.stringify(specversion)}, not "1.0".`);
  if (typeof id !== 'string' || id === '') throw invalid('The event has no id.');
  if (type === UPSERTED) {
    if (upserted.check(data)) return { type, id, data };
    throw invalid(describe(upserted.errors(data)));
  }
  if (type === DELETED) {
    if (deleted.check(data)) return { type, id, data };
    throw invalid(describe(deleted.errors(data)));
  }
  throw invalid(`The event's type is ${JSON.stringify(type)}; ${UPSERTED} and ${DELETED} are read.`);
}

function parseJson(value: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(value));
  } catch (cause) {
    throw new FreshetError('FRESHET_EVENT_INVALID', { detail: 'The value is not JSON in UTF-8.', cause });
  }
}

function describe(errors: { path: string; detail: string }[]): string {
  return errors.map(({ path, detail }) => `${path} ${detail}`).join('; ');
}

function invalid(detail: string): FreshetError {
  return new FreshetError('FRESHET_EVENT_INVALID', { detail });
}
