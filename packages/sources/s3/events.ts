import { FreshetError } from '@freshet/shared/errors';
import type { ObjectRef } from './object.ts';

type Fields = Record<string, unknown>;

/** Events after which an object is to be read again; what concerns its tags, acl or storage class alone is none. */
const NOTIFICATIONS = /^(s3:)?(ObjectCreated|ObjectRemoved|LifecycleExpiration|ObjectRestore:Completed)(:|$)/;
const DETAIL_TYPES = new Set(['Object Created', 'Object Deleted', 'Object Restore Completed']);
/** An envelope of SNS may hold another, where one topic feeds the next. */
const MOST_ENVELOPES = 3;

/**
 * Which objects a message says have changed, in whichever of three shapes it comes: a notification of S3, an event of
 * EventBridge, or either in an envelope of SNS. What happened to them is not read: their present state is, later, so
 * that order and repetition do not matter, nor `sequencer` and `versionId`. Sources: Amazon S3 user guide, "Event
 * message structure" (keys are form-encoded: `+` is a space), "Amazon S3 event notification types and destinations",
 * "Using EventBridge" (keys are as they are); Amazon SNS developer guide, "HTTP/HTTPS notification JSON format".
 * @throws {FreshetError} `FRESHET_EVENT_INVALID`
 */
export function readObjectEvents(text: string): ObjectRef[] {
  let message = parse(text);
  for (let i = 0; i < MOST_ENVELOPES && isEnvelope(message); i += 1) message = parse(message['Message']);
  // What S3 sends once, when a queue is connected.
  if (message['Event'] === 's3:TestEvent') return [];
  if (Array.isArray(message['Records'])) return message['Records'].flatMap(fromNotification);
  if (typeof message['detail-type'] === 'string') return fromEventBridge(message);
  throw invalid('is neither a notification of S3 nor an event of EventBridge');
}

function isEnvelope({ Type, Message }: Fields): boolean {
  return Type === 'Notification' && typeof Message === 'string';
}

function fromNotification(record: unknown): ObjectRef[] {
  const { eventName, s3 } = toFields(record, 'a record');
  if (typeof eventName !== 'string') throw invalid('has a record without eventName');
  if (!NOTIFICATIONS.test(eventName)) return [];
  const { bucket, object } = toFields(s3, 's3');
  const encoded = textOf(toFields(object, 's3.object'), 'key');
  let key: string;
  try {
    key = decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw invalid(`has the key ${JSON.stringify(encoded)}, which is not form-encoded`);
  }
  return [{ bucket: textOf(toFields(bucket, 's3.bucket'), 'name'), key }];
}

function fromEventBridge({ source, detail, 'detail-type': type }: Fields): ObjectRef[] {
  if (source !== 'aws.s3') throw invalid(`is an event of ${JSON.stringify(source)}, not of aws.s3`);
  if (!DETAIL_TYPES.has(type as string)) return [];
  const { bucket, object } = toFields(detail, 'detail');
  return [
    {
      bucket: textOf(toFields(bucket, 'detail.bucket'), 'name'),
      key: textOf(toFields(object, 'detail.object'), 'key'),
    },
  ];
}

function parse(text: unknown): Fields {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch (cause) {
    throw invalid('is not JSON', cause);
  }
  return toFields(value, 'it');
}

function toFields(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(`is not as S3 writes it: ${name} is no object`);
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '' && value.isWellFormed()) return value;
  throw invalid(`is not as S3 writes it: ${name} is no text`);
}

function invalid(what: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_EVENT_INVALID', { detail: `The message ${what}.`, cause });
}
