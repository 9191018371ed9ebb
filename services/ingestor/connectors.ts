import type { EventLog } from '@freshet/event-log';
import { NOTICES_TOPIC } from '@freshet/shared/document-events';
import type { Logger } from '@freshet/shared/log';
import type { Registry } from '@freshet/shared/metrics';
import { openReaders } from '@freshet/sources/open';
import { createConnectorMetrics } from './connector-metrics.ts';
import type { DeadLetters } from './dead-letters.ts';
import { totalLag } from './lag.ts';
import { createNoticeHandler, NOTICES_GROUP } from './notice-consumer.ts';

export interface ConnectorsOptions {
  /** Where the connectors stand. */
  file: string;
  /** Where their secrets stand. */
  env?: NodeJS.ProcessEnv | undefined;
  log: EventLog;
  deadLetters: DeadLetters;
  registry: Registry;
  logger: Logger;
}

/** Few: each may be a request or more, and a batch that fails is read again. */
const BATCH_NOTICES = 50;

/** Reads what webhooks told of, beside the work on the document log. */
export async function openConnectors({
  file,
  env,
  log,
  deadLetters,
  registry,
  logger,
}: ConnectorsOptions): Promise<{ close(): Promise<void> }> {
  const readers = await openReaders(file, {
    ...(env === undefined ? {} : { env }),
    onThrottled: (connector, waitMs) => {
      metrics.throttled.inc({ connector }, waitMs / 1000);
      logger.warn({ connector, waitMs }, 'source asks to wait');
    },
  });
  const metrics = createConnectorMetrics(registry, {
    connectors: readers.keys(),
    readLag: () => totalLag(log, NOTICES_TOPIC, NOTICES_GROUP),
  });
  const consumer = await log.consume({
    topic: NOTICES_TOPIC,
    group: NOTICES_GROUP,
    maxRecords: BATCH_NOTICES,
    onBatch: createNoticeHandler({ log, readers, deadLetters, metrics, logger }),
    onError: (err, batch) => {
      if (batch) metrics.failures.inc();
      logger.error(
        { err, partition: batch?.partition, offset: batch?.records[0]?.offset },
        'notices failed, will be read again',
      );
    },
  });
  return {
    async close() {
      await consumer.stop();
      for (const reader of readers.values()) await reader.close();
    },
  };
}
