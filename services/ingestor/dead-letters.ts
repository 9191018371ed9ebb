import type { ConsumedRecord, EventLog } from '@freshet/event-log';
import { DEAD_LETTER_TOPIC } from '@freshet/shared/document-events';
import type { FreshetError } from '@freshet/shared/errors';

/** Events that can never be applied, kept as they came, with the reason. */
export interface DeadLetters {
  add(record: ConsumedRecord, reason: FreshetError): Promise<void>;
}

/** The topic `documents.dlq`: original key, value and headers; the reason and the origin in `freshet-dlq-*` headers. */
export async function openDeadLetters(log: EventLog): Promise<DeadLetters> {
  await log.ensureTopic(DEAD_LETTER_TOPIC, { partitions: 1, cleanup: 'keep' });
  return {
    async add({ key, value, headers, partition, offset }, { code, message }) {
      await log.append(DEAD_LETTER_TOPIC, [
        {
          key,
          value,
          headers: {
            ...headers,
            'freshet-dlq-code': code,
            'freshet-dlq-detail': message,
            'freshet-dlq-origin': `${partition}:${offset}`,
          },
        },
      ]);
    },
  };
}
