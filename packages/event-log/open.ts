import { join } from 'node:path';
import { storageConfig } from '@freshet/shared/config';
import type { Logger } from '@freshet/shared/log';
import type { Static, TObject } from 'typebox';
import type { EventLog } from './index.ts';
import { kafkaConfig, readKafkaConnection } from './kafka/config.ts';
import { applyTopics, fleetTopics } from './topics.ts';

/** Variables that say where the document log is. */
export const eventLogConfig = { ...storageConfig, ...kafkaConfig };

export type EventLogConfig = Static<TObject<typeof eventLogConfig>>;

export interface OpenEventLogOptions {
  /** Names this process to the brokers. */
  name: string;
  logger?: Logger;
}

/**
 * Kafka where KAFKA_BROKERS is set, else the embedded log in DATA_DIR, with its topics. Kafka's topics are made by
 * `freshet topics apply`: services need no right to make them, and start while the brokers are down.
 */
export async function openEventLog(
  config: EventLogConfig,
  { name, logger }: OpenEventLogOptions,
): Promise<EventLog> {
  const { KAFKA_BROKERS } = config;
  // Loaded late, so that the adapter that is not used costs nothing.
  if (KAFKA_BROKERS) {
    const { openKafkaEventLog } = await import('./kafka.ts');
    return openKafkaEventLog({
      ...(await readKafkaConnection({ ...config, KAFKA_BROKERS }, `freshet-${name}`)),
      topicPrefix: config.KAFKA_TOPIC_PREFIX,
      replication: config.TOPIC_REPLICATION,
      topics: Object.keys(fleetTopics(config)),
      ...(logger && { logger }),
    });
  }
  const { openSqliteEventLog } = await import('./sqlite.ts');
  const log = await openSqliteEventLog({ path: join(config.DATA_DIR, 'log.db') });
  // One process reads the embedded log, a partition at a time: more of them would only make batches smaller.
  await applyTopics(log, { ...config, TOPIC_PARTITIONS: 1 });
  return log;
}
