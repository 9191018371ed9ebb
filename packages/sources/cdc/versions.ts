import { invalidChange } from './change.ts';

/** Versions are kept this low so that an index can double them. */
const MAX_VERSION = 2 ** 52 - 1;

const LSN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;
/** PostgreSQL's own epoch, 2000-01-01, in milliseconds since Unix's. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
/** Changes of one transaction are told apart up to so many; the next change of a row commits later than so many µs. */
const MAX_RECORD_ID = 500;

/** A log sequence number as bytes of the write-ahead log: a number, its digits, or PostgreSQL's own `X/Y`. */
export function lsnVersion(lsn: unknown): number {
  const halves = typeof lsn === 'string' ? LSN.exec(lsn) : null;
  if (halves) return checked((BigInt(`0x${halves[1]}`) << 32n) + BigInt(`0x${halves[2]}`), lsn);
  if (/^\d+$/.test(String(lsn))) return checked(BigInt(String(lsn)), lsn);
  throw invalidChange(`The log sequence number is ${JSON.stringify(lsn)}; a number or X/Y is read.`);
}

/**
 * The version of a change of AWS DMS: its commit time in microseconds since 2000, plus its place in the transaction.
 * Two transactions that change one row commit one after the other, since the second waits for the lock of the first.
 */
export function commitVersion(commitTime: unknown, recordId: unknown): number {
  const micros = timeVersion(commitTime, 'commit-timestamp');
  const place = Number(recordId ?? 0);
  if (!Number.isInteger(place) || place < 0) {
    throw invalidChange(`metadata.transaction-record-id is ${JSON.stringify(recordId)}, not a whole number.`);
  }
  return checked(BigInt(micros + Math.min(place, MAX_RECORD_ID)), commitTime);
}

/** A time as microseconds since 2000-01-01. */
export function timeVersion(time: unknown, name: string): number {
  const match =
    typeof time === 'string' ? /^(.+?:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(time) : null;
  const seconds = match ? Date.parse(`${match[1]}${match[3] ?? 'Z'}`) : Number.NaN;
  if (!match || Number.isNaN(seconds) || seconds < POSTGRES_EPOCH_MS) {
    throw invalidChange(`metadata.${name} is ${JSON.stringify(time)}, not a time in ISO 8601.`);
  }
  const fraction = Number((match[2] ?? '').padEnd(6, '0').slice(0, 6));
  return (seconds - POSTGRES_EPOCH_MS) * 1000 + fraction;
}

/** A time as a date of JavaScript. */
export function timeIn(time: unknown, name: string): Date {
  return new Date(POSTGRES_EPOCH_MS + Math.floor(timeVersion(time, name) / 1000));
}

/** Moves versions up, for a table that was restored into a cluster whose log begins again. */
export function shifted(version: number, offset: number): number {
  return checked(BigInt(version) + BigInt(offset), version);
}

function checked(version: bigint, from: unknown): number {
  if (version <= BigInt(MAX_VERSION)) return Number(version);
  throw invalidChange(`${JSON.stringify(from)} gives a version beyond 2^52 - 1, which no index can order.`);
}
