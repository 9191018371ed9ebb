import type { ConsumedRecord, EventLog } from '@freshet/event-log';
import { DEAD_LETTER_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';

/** Events that can never be applied, kept as they came, with the reason. */
export interface DeadLetters {
  add(record: ConsumedRecord, reason: FreshetError): Promise<void>;
}

/** The topic `documents.dlq`: original key, value and headers; the reason and the origin in `freshet-dlq-*` headers. */
export function openDeadLetters(log: EventLog): DeadLetters {
  return {
    async add({ key, value, headers, partition, offset }, { code, message }) {
      const reason = {
        'freshet-dlq-code': code,
        'freshet-dlq-detail': message,
        'freshet-dlq-origin': `${partition}:${offset}`,
      };
      const records = [{ key, value, headers: { ...headers, ...reason } }];
      try {
        await log.append(DEAD_LETTER_TOPIC, records);
      } catch (error) {
        if (!(error instanceof FreshetError) || error.code !== 'FRESHET_TOPIC_UNKNOWN') throw error;
        // Made when it is needed, not at start: the brokers may be down then.
        await log.ensureTopic(DEAD_LETTER_TOPIC, { partitions: 1, cleanup: 'keep' });
        await log.append(DEAD_LETTER_TOPIC, records);
      }
    },
  };
}
