import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { Type } from 'typebox';
import type { Notice } from './index.ts';

/** A notice as the log carries it. */
export interface ConnectorNotice extends Notice {
  connector: string;
}

interface NoticeRecord {
  key: string;
  value: Buffer | null;
  headers: Record<string, string>;
}

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const schema = createValidator(
  Type.Object(
    { connector: text(64), kind: text(64), id: text(1024), cursor: Type.Optional(text(4096)) },
    { additionalProperties: false },
  ),
);

/** Notices of one object share a partition, and so one reader at a time. */
export function encodeNotice(notice: ConnectorNotice, headers: Record<string, string> = {}) {
  return {
    key: [notice.connector, notice.kind, notice.id].map(encodeURIComponent).join('/'),
    value: Buffer.from(JSON.stringify(notice)),
    headers: { ...headers, 'content-type': 'application/json' },
  };
}

/** @throws {FreshetError} `FRESHET_EVENT_INVALID` */
export function decodeNotice({ value }: NoticeRecord): ConnectorNotice {
  let notice: unknown;
  try {
    notice = JSON.parse(String(value));
  } catch (cause) {
    throw new FreshetError('FRESHET_EVENT_INVALID', { detail: 'The notice is not JSON.', cause });
  }
  if (schema.check(notice)) return notice;
  const detail = schema.errors(notice).map((error) => `${error.path} ${error.detail}`);
  throw new FreshetError('FRESHET_EVENT_INVALID', { detail: `The notice: ${detail.join('; ')}` });
}
