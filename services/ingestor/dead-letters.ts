import type { ConsumedRecord, EventLog, LogRecord } from '@freshet/event-log';
import { DEAD_LETTER_TOPIC, DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { type FreshetError, hasCode } from '@freshet/shared/errors';

export interface Refusal {
  reason: FreshetError;
  /** How often the record was handled before it was given up; once by default. */
  attempts?: number;
  /** Where the record came from: the document log by default. */
  topic?: string;
}

/** Events that can never be applied, kept as they came, with the reason. */
export interface DeadLetters {
  add(record: ConsumedRecord, refusal: Refusal): Promise<void>;
}

export interface DeadLetterOptions {
  now?: () => Date;
}

const LONGEST_DETAIL = 2_000;

/**
 * The topic `documents.dlq`: original key, value and headers; what happened in `freshet-dlq-*` headers. A record whose
 * commit was lost comes again and is kept again, under the same `freshet-dlq-id`: whoever lists or replays dead letters
 * folds those of one id.
 */
export function openDeadLetters(
  log: EventLog,
  { now = () => new Date() }: DeadLetterOptions = {},
): DeadLetters {
  async function append(record: LogRecord): Promise<void> {
    try {
      await log.append(DEAD_LETTER_TOPIC, [record]);
    } catch (error) {
      if (!hasCode(error, 'FRESHET_TOPIC_UNKNOWN')) throw error;
      // Made when it is needed, not at start: the brokers may be down then.
      await log.ensureTopic(DEAD_LETTER_TOPIC, { partitions: 1, cleanup: 'keep' });
      await log.append(DEAD_LETTER_TOPIC, [record]);
    }
  }

  return {
    async add(
      { key, value, headers, partition, offset, timestamp },
      { reason, attempts = 1, topic = DOCUMENTS_TOPIC },
    ) {
      const origin = `${partition}:${offset}`;
      const id = `${topic}:${origin}:${timestamp}`;
      const letter: LogRecord = {
        // The log takes no empty key, which a foreign producer may have written. No document's key looks like an id.
        key: key || id,
        value,
        headers: {
          ...headers,
          // Offsets begin again when the topic is made anew; with the record's time the id is not used twice.
          'freshet-dlq-id': id,
          'freshet-dlq-topic': topic,
          'freshet-dlq-origin': origin,
          'freshet-dlq-code': reason.code,
          'freshet-dlq-detail': reason.message.slice(0, LONGEST_DETAIL).toWellFormed(),
          'freshet-dlq-attempts': String(attempts),
          'freshet-dlq-time': now().toISOString(),
        },
      };
      try {
        await append(letter);
      } catch (error) {
        // With our headers it is larger than it was. The whole of it still stands at its origin.
        if (value === null || !hasCode(error, 'FRESHET_CONTENT_TOO_LARGE')) throw error;
        const left = { 'freshet-dlq-value-bytes': String(value.byteLength) };
        await append({ ...letter, value: null, headers: { ...letter.headers, ...left } });
      }
    },
  };
}
