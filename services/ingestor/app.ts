import { readFile } from 'node:fs/promises';
import type { ChunkIndex } from '@freshet/chunk-index';
import type { EventLog } from '@freshet/event-log';
import type { Embedder } from '@freshet/models/embedding';
import { createModelMetrics } from '@freshet/models/model-metrics';
import { observeEmbedder } from '@freshet/models/observed-embedder';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { createRegistry } from '@freshet/shared/metrics';
import { createServiceApp } from '@freshet/shared/service/app';
import type { Service } from '@freshet/shared/service/run';
import { readSources } from '@freshet/shared/sources';
import type { CdcMapping } from '@freshet/sources/cdc';
import type { Static } from 'typebox';
import type { IngestorConfig } from './config.ts';
import { openContent } from './content/open-content.ts';
import { openDeadLetters } from './dead-letters.ts';
import { createBatchHandler } from './ingest-batch.ts';
import { createIngestMetrics } from './metrics.ts';
import { openDocumentParser } from './parse/parser.ts';
import { schedulePurge } from './retention.ts';

export interface IngestorOptions {
  config: Static<typeof IngestorConfig>;
  logger: Logger;
  log: EventLog;
  index: ChunkIndex;
  embedder: Embedder;
  /** The embedder's tokenizer.json, where it has one; chunks are counted with it. */
  tokenizer?: string;
  /** Where secrets of connectors stand that are no variables of the ingestor itself. */
  env?: NodeJS.ProcessEnv;
}

/** The consumer group of all ingestors of a fleet. */
export const INGESTOR_GROUP = 'ingestor';

/** While the batch of one partition is read, refreshed or committed, others are embedded; and no change waits for all. */
const CONCURRENT_PARTITIONS = 6;

/** Consumes the document log into the index. Its HTTP side is health and metrics alone. */
export async function openIngestor({
  config,
  logger,
  log,
  index,
  embedder,
  tokenizer,
  env,
}: IngestorOptions): Promise<Service> {
  // Before anything is opened or consumed: a file that is wrong ends the start.
  const mapping = await openCdcMapping(config.CDC_MAPPING_FILE);
  const registry = createRegistry('ingestor');
  const deadLetters = openDeadLetters(log);
  const retentionMs = config.TOPIC_RETENTION_HOURS * 3_600_000;
  const file = config.CONNECTORS_FILE;
  const connectors =
    file === undefined
      ? undefined
      : await (await import('./connectors.ts')).prepareConnectors({
          file,
          env,
          s3Endpoint: config.S3_ENDPOINT,
          log,
          index,
          indexGroup: INGESTOR_GROUP,
          deadLetters,
          registry,
          logger,
          retentionMs,
        });
  const content = await openContent(config);
  const metrics = createIngestMetrics(registry, {
    readLag: async () => {
      const partitions = await log.lag(DOCUMENTS_TOPIC, INGESTOR_GROUP);
      return new Map(partitions.map(({ partition, committed, end }) => [partition, end - committed]));
    },
  });
  const app = await createServiceApp({
    logger,
    registry,
    checks: { log: () => log.ping(), index: () => index.ping() },
  });
  const parser = openDocumentParser({
    tokenizer,
    maxTokens: embedder.maxTokens,
    timeoutMs: config.PARSER_TIMEOUT_MS,
    maxHeapMiB: config.PARSER_HEAP_MIB,
    maxBuffersMiB: config.PARSER_BUFFERS_MIB,
  });

  const sources = readSources(config.SOURCES);
  const purging = schedulePurge({ log, index, sources, logger }, config.RETENTION_INTERVAL_MINUTES * 60_000);
  const consumer = await log.consume({
    topic: DOCUMENTS_TOPIC,
    group: INGESTOR_GROUP,
    maxRecords: config.INGEST_BATCH_RECORDS,
    maxBytes: config.INGEST_BATCH_BYTES,
    concurrency: CONCURRENT_PARTITIONS,
    onBatch: createBatchHandler({
      index,
      embedder: observeEmbedder(embedder, createModelMetrics(registry)),
      content,
      parser,
      deadLetters,
      sources,
      metrics,
      logger,
    }),
    onError: (err, batch) => {
      if (batch) metrics.batchFailures.inc();
      logger.error(
        { err, partition: batch?.partition, offset: batch?.records[0]?.offset },
        'batch failed, will be tried again',
      );
    },
  });

  // Loaded late, so that sources which are not used cost no start anything.
  const cdc =
    mapping &&
    (await (
      await import('./cdc/consumer.ts')
    ).openCdcConsumer({
      log,
      index,
      mapping,
      deadLetters,
      registry,
      logger,
      indexGroup: INGESTOR_GROUP,
      maxRecords: config.INGEST_BATCH_RECORDS,
      maxBytes: config.INGEST_BATCH_BYTES,
      retentionMs,
    }));
  const reading = await connectors?.start();

  return {
    app,
    async close() {
      await Promise.all([cdc?.stop(), reading?.close(), consumer.stop(), purging.stop()]);
      await Promise.all([parser.close(), content.close()]);
    },
  };
}

async function openCdcMapping(path: string | undefined): Promise<CdcMapping | undefined> {
  if (path === undefined) return undefined;
  const json = await readFile(path, 'utf8').catch((cause) => {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `CDC_MAPPING_FILE: ${path} cannot be read (${cause.code}).`,
      cause,
    });
  });
  const { readCdcMapping } = await import('@freshet/sources/cdc');
  return readCdcMapping(json);
}
