import { FreshetError } from '@freshet/shared/errors';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { ConsumedRecord, LogRecord } from '../index.ts';

export function toMessage({ key, value, headers }: LogRecord): Message {
  return { key, value, headers };
}

/** A record that was read. What other producers may leave out becomes empty: keys, and values of headers. */
export function fromMessage(
  { key, value, headers, offset, timestamp }: KafkaMessage,
  partition: number,
): ConsumedRecord {
  return {
    key: key?.toString() ?? '',
    value,
    headers: fromHeaders(headers),
    partition,
    offset: toOffset(offset),
    timestamp: Number(timestamp),
  };
}

/**
 * Of a header that comes more than once, the last counts, as in Kafka's own `lastHeader`. A name such as `constructor`
 * always comes as a list: KafkaJS takes what every object inherits for the first value.
 */
function fromHeaders(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return [name, last?.toString() ?? ''];
    }),
  );
}

/** Bytes of key, value and headers. */
export function sizeOf({ key, value, headers }: LogRecord): number {
  let bytes = Buffer.byteLength(key) + (value?.byteLength ?? 0);
  for (const [name, text] of Object.entries(headers)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text);
  }
  return bytes;
}

/** Kafka counts in 64 bits and this port in doubles, which are exact up to 2^53. */
export function toOffset(text: string): number {
  const offset = Number(text);
  if (Number.isSafeInteger(offset)) return offset;
  throw new FreshetError('FRESHET_INTERNAL', { detail: `Offset ${text} is beyond 2^53.` });
}
