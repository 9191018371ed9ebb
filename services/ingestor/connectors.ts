import type { ChunkIndex } from '@freshet/chunk-index';
import type { EventLog } from '@freshet/event-log';
import { NOTICES_TOPIC } from '@freshet/shared/document-events';
import type { Logger } from '@freshet/shared/log';
import type { Registry } from '@freshet/shared/metrics';
import type { ListHeld } from '@freshet/sources';
import { readConnectors } from '@freshet/sources/config';
import { openAll } from '@freshet/sources/open';
import { createConnectorMetrics } from './connector-metrics.ts';
import type { DeadLetters } from './dead-letters.ts';
import { totalLag } from './lag.ts';
import { createNoticeHandler, NOTICES_GROUP } from './notice-consumer.ts';
import { untilIndexed } from './until-indexed.ts';

export interface ConnectorsOptions {
  /** Where the connectors stand. */
  file: string;
  /** Where their secrets stand. */
  env?: NodeJS.ProcessEnv | undefined;
  s3Endpoint?: string | undefined;
  log: EventLog;
  index: ChunkIndex;
  /** The group that brings the document log into the index. */
  indexGroup: string;
  deadLetters: DeadLetters;
  registry: Registry;
  logger: Logger;
  /** Milliseconds that a topic which has to be made keeps its records. */
  retentionMs: number;
}

export interface Connectors {
  /** Begins to read what webhooks, queues and topics tell of, beside the work on the document log. */
  start(): Promise<{ close(): Promise<void> }>;
}

/** Few: each may be a request or more, and a batch that fails is read again. */
const BATCH_NOTICES = 50;

/**
 * Reads the file of connectors, and opens what reads their sources. Nothing is consumed before `start`.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function prepareConnectors({
  file,
  env,
  s3Endpoint,
  log,
  index,
  indexGroup,
  deadLetters,
  registry,
  logger,
  retentionMs,
}: ConnectorsOptions): Promise<Connectors> {
  const held: ListHeld = async function* (of, signal) {
    await untilIndexed(log, indexGroup, signal);
    yield* index.listManifests({ ...of, state: 'live' });
  };
  const settings = await readConnectors(file);
  const readers = await openAll(file, settings, {
    ...(env === undefined ? {} : { env }),
    s3Endpoint,
    held,
    onThrottled: (connector, waitMs) => {
      metrics.throttled.inc({ connector }, waitMs / 1000);
      logger.warn({ connector, waitMs }, 'source asks to wait');
    },
  });
  const buckets = settings.flatMap((connector) => (connector.type === 's3' ? [connector] : []));
  const metrics = createConnectorMetrics(registry, {
    connectors: readers.keys(),
    origins: buckets.flatMap(({ queueUrl, topic }) => [queueUrl, topic].filter((name) => name !== undefined)),
    readLag: () => totalLag(log, NOTICES_TOPIC, NOTICES_GROUP),
  });

  return {
    async start() {
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
      // Loaded late: whoever has no bucket needs no client of SQS.
      const feeds =
        buckets.length === 0
          ? undefined
          : await (await import('./object-feeds.ts')).openObjectFeeds({
              connectors: buckets,
              log,
              deadLetters,
              metrics,
              logger,
              retentionMs,
            });
      return {
        async close() {
          await Promise.all([feeds?.close(), consumer.stop()]);
          for (const reader of readers.values()) await reader.close();
        },
      };
    },
  };
}
