import type { Refusal } from './contracts/document.ts';
import { parseDocumentKey } from './contracts/identity.ts';
import { DOCUMENTS_TOPIC, type EventRecord } from './document-events.ts';

/** What became of a dead letter. */
export type DeadLetterState = 'open' | 'replayed' | 'dropped';

/** A record that could not be applied, as `documents.dlq` keeps it. */
export interface DeadLetter {
  id: string;
  /** Topic that it was read from, and `partition:offset` there. */
  topic: string;
  origin: string;
  code: string;
  detail: string;
  /** How often it was tried. */
  attempts: number;
  /** When it was given up, ISO 8601. */
  time: string;
  state: DeadLetterState;
  /** As it came. */
  record: EventRecord;
  /** Size of a value that was too large to be kept; the record then has none. */
  missingBytes: number | undefined;
}

/** Headers that tell of a dead letter begin with this; all others are the record's own. */
const PREFIX = 'freshet-dlq-';
const RESOLUTION = `${PREFIX}resolution`;

/**
 * The dead letters of the topic's records, oldest first. A letter that was kept twice, since its commit was lost, is
 * one; a later record that resolves it gives its state.
 */
export function foldDeadLetters(records: readonly EventRecord[]): DeadLetter[] {
  const letters = new Map<string, DeadLetter>();
  for (const record of records) {
    const told = (name: string) => record.headers[PREFIX + name];
    const id = told('id') ?? told('origin') ?? '';
    const known = letters.get(id);
    const resolution = told('resolution');
    if (resolution === 'replayed' || resolution === 'dropped') {
      if (known) known.state = resolution;
    } else if (!known) letters.set(id, toDeadLetter(id, record, told));
  }
  return [...letters.values()];
}

function toDeadLetter(
  id: string,
  { key, value, headers }: EventRecord,
  told: (name: string) => string | undefined,
): DeadLetter {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(PREFIX));
  const bytes = told('value-bytes');
  return {
    id,
    topic: told('topic') ?? DOCUMENTS_TOPIC,
    origin: told('origin') ?? '',
    code: told('code') ?? 'FRESHET_INTERNAL',
    detail: told('detail') ?? '',
    attempts: Number(told('attempts') ?? 1),
    time: told('time') ?? '',
    state: 'open',
    record: { key, value, headers: Object.fromEntries(own) },
    missingBytes: bytes === undefined ? undefined : Number(bytes),
  };
}

/** Documents of one answer. */
const MOST_REFUSALS = 10_000;

/** The last refusal of each document of a source, as the topic's records tell it, the newest last. */
export async function readRefusals(
  records: AsyncIterable<EventRecord>,
  { tenant, source }: { tenant: string; source: string },
): Promise<Refusal[]> {
  const refusals = new Map<string, Refusal>();
  for await (const record of records) {
    const document = parseDocumentKey(record.key);
    if (document?.tenant !== tenant || document.source !== source) continue;
    const [letter] = foldDeadLetters([record]);
    if (!letter || letter.topic !== DOCUMENTS_TOPIC) continue;
    const { code, detail, time } = letter;
    const { documentId } = document;
    const version = versionOf(record);
    refusals.delete(documentId);
    refusals.set(documentId, {
      documentId,
      ...(version === undefined ? {} : { version }),
      code,
      detail,
      time,
    });
    const [oldest] = refusals.keys();
    if (refusals.size > MOST_REFUSALS && oldest !== undefined) refusals.delete(oldest);
  }
  return [...refusals.values()];
}

/** Unknown of an event that could not be read at all, or was too large to be kept. */
function versionOf({ value }: EventRecord): number | undefined {
  try {
    const { version } = JSON.parse(String(value)) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}

/** The record that tells what became of a dead letter. */
export function resolveDeadLetter(
  { id, record }: DeadLetter,
  state: Exclude<DeadLetterState, 'open'>,
  time: Date,
): EventRecord {
  const headers = { [`${PREFIX}id`]: id, [RESOLUTION]: state, [`${PREFIX}time`]: time.toISOString() };
  return { key: record.key, value: null, headers };
}

/**
 * The record to append again. A null value is a deletion at its record's time unless a header names a version: it keeps
 * the one that it had, so that a newer state is not overwritten.
 */
export function replayRecord({ id, record }: DeadLetter): EventRecord {
  const timestamp = Number(id.split(':').at(-1));
  if (record.value !== null || record.headers['freshet-version'] || !Number.isSafeInteger(timestamp * 1000))
    return record;
  return { ...record, headers: { ...record.headers, 'freshet-version': String(timestamp * 1000) } };
}
