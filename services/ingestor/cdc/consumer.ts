import type { Consumer, EventLog } from '@freshet/event-log';
import type { Registry } from '@freshet/shared/metrics';
import { consumeForeignTopic } from '../foreign-topic.ts';
import { totalLag } from '../lag.ts';
import { type ChangePorts, createChangeHandler } from './change-batch.ts';
import { createCdcMetrics } from './metrics.ts';

export interface CdcOptions extends Omit<ChangePorts, 'metrics'> {
  registry: Registry;
  maxRecords: number;
  maxBytes: number;
  /** How long a topic that has to be made keeps its records, in milliseconds. */
  retentionMs: number;
}

/**
 * Consumes the topics that changes of PostgreSQL come in. Each topic has a group of its own: members of one Kafka group
 * have to agree on their topics, and a mapping is rolled out pod by pod.
 */
export async function openCdcConsumer({
  registry,
  maxRecords,
  maxBytes,
  retentionMs,
  ...ports
}: CdcOptions): Promise<Consumer> {
  const { log, mapping, logger } = ports;
  const metrics = createCdcMetrics(registry, {
    tables: [...new Set(mapping.tables.map(({ table }) => table))],
    readLag: () => readLag(log, mapping.topics),
  });

  // One partition: a table that is truncated is in order with its rows only there.
  const consume = (topic: string): Promise<Consumer> =>
    consumeForeignTopic({
      log,
      logger,
      retentionMs,
      topic,
      group: cdcGroup(topic),
      maxRecords,
      maxBytes,
      onBatch: createChangeHandler(topic, { ...ports, metrics }),
      onError: (err, batch) => {
        if (batch) metrics.batchFailures.inc({ topic });
        const { partition, records } = batch ?? {};
        logger.error({ err, topic, partition, offset: records?.[0]?.offset }, 'changes will be tried again');
      },
    });

  const consumers = await Promise.all(mapping.topics.map(consume));
  return {
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
    },
  };
}

/** The consumer group of all ingestors of a fleet, for one topic of changes. */
export function cdcGroup(topic: string): string {
  return `ingestor-cdc.${topic}`;
}

async function readLag(log: EventLog, topics: readonly string[]): Promise<Map<string, number>> {
  const behind = await Promise.all(
    topics.map(async (topic) => [topic, await totalLag(log, topic, cdcGroup(topic))] as const),
  );
  return new Map(behind);
}
