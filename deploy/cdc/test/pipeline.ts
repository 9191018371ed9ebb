import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChunkIndex, StoredManifest } from '@freshet/chunk-index';
import { applyChunkIndex, openChunkIndex } from '@freshet/chunk-index/open';
import { openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { openIngestor } from '@freshet/ingestor/app';
import { IngestorConfig } from '@freshet/ingestor/config';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { loadConfig } from '@freshet/shared/config';
import { DEAD_LETTER_TOPIC } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { startDebezium } from '@freshet/testkit/debezium';
import { startKafka } from '@freshet/testkit/kafka';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { startPostgres } from '@freshet/testkit/postgres';
import { until } from '@freshet/testkit/until';

const run = promisify(execFile);
const deploy = join(import.meta.dirname, '..');

/** Beside the configuration of this folder: signals, and the post processor that asks for large values. */
const FURTHER = {
  'signal.data.collection': 'public.debezium_signal',
  'incremental.snapshot.chunk.size': '64',
  'post.processors': 'reselect',
  'reselect.type': 'io.debezium.processors.reselect.ReselectColumnsPostProcessor',
  'reselect.reselect.columns.include.list': 'public.articles:summary',
  'reselect.reselect.null.values': 'false',
};

export interface PipelineOptions {
  useOpenSearch: boolean;
  /** Whether Debezium's messages carry their schema. */
  withSchema: boolean;
  /** Statements that are run before Debezium takes its snapshot. */
  prepare: string;
}

export interface DeadLetter {
  code: string | undefined;
  topic: string | undefined;
  key: string;
}

export interface Pipeline {
  sql(statements: string): Promise<void>;
  /** Ids of the documents that this text finds, as a member of these groups. */
  find(text: string, groups?: string[]): Promise<string[]>;
  manifest(documentId: string): Promise<StoredManifest | undefined>;
  /** A record in a topic of changes, as a producer that is not Debezium may write it. */
  produce(topic: string, key: string, value: Buffer): Promise<void>;
  deadLetters: readonly DeadLetter[];
  close(): Promise<void>;
}

/** PostgreSQL, Debezium, Kafka and an ingestor on an index, with the mapping and the connector of this folder. */
export async function openPipeline({
  useOpenSearch,
  withSchema,
  prepare,
}: PipelineOptions): Promise<Pipeline> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const opened = async <Server extends { stop(): Promise<void> }>(starting: Promise<Server>) => {
    const server = await starting;
    closers.push(() => server.stop());
    return server;
  };
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'freshet-cdc-'));
    closers.push(() => rm(dataDir, { recursive: true, force: true }));
    const [database, kafka, search] = await Promise.all([
      opened(startPostgres({ isDedicated: true })),
      opened(startKafka({ isDedicated: true })),
      useOpenSearch ? opened(startOpenSearch({ isDedicated: true })) : undefined,
    ]);
    const sql = async (statements: string) => {
      await run('psql', [database.url, '-q', '-v', 'ON_ERROR_STOP=1', '-c', statements]);
    };
    await sql(prepare);

    const config = loadConfig(IngestorConfig, {
      KAFKA_BROKERS: kafka.url,
      TOPIC_REPLICATION: '1',
      TOPIC_PARTITIONS: '2',
      DATA_DIR: dataDir,
      CDC_MAPPING_FILE: await writeMapping(dataDir, withSchema),
      ...(search && { OPENSEARCH_NODES: search.url, OPENSEARCH_REPLICAS: '0' }),
    });
    const logger = createLogger({ name: 'cdc', level: 'silent' });
    const embedder = createHashedEmbedder();
    const log = await openEventLog(config, { name: 'cdc', logger });
    closers.push(() => log.close());
    await applyTopics(log, config);
    if (search) await applyChunkIndex(config, embedder);
    const index = await openChunkIndex(config, embedder);
    closers.push(() => index.close());
    const ingestor = await openIngestor({ config, logger, log, index, embedder });
    closers.push(async () => {
      await ingestor.app.close();
      await ingestor.close();
    });
    const deadLetters: DeadLetter[] = [];
    const consumer = await log.consume({
      topic: DEAD_LETTER_TOPIC,
      group: 'cdc-test',
      async onBatch({ records }) {
        for (const { key, headers } of records) {
          deadLetters.push({ key, code: headers['freshet-dlq-code'], topic: headers['freshet-dlq-topic'] });
        }
      },
    });
    closers.push(() => consumer.stop());
    const { config: connector } = JSON.parse(await readFile(join(deploy, 'debezium-connector.json'), 'utf8'));
    const debezium = startDebezium({
      brokers: kafka.url,
      database: database.url,
      topicPrefix: 'shop',
      tables: ['public.articles', 'public.faqs'],
      withSchema,
      connector: { ...connector, ...FURTHER },
    });
    await opened(debezium);
    return {
      sql,
      find: (text, groups = []) => find(index, text, groups),
      async manifest(documentId) {
        const known = await index.readManifests([{ tenant: 'default', source: 'shop', documentId }]);
        return [...known.values()][0];
      },
      async produce(topic, key, value) {
        await log.append(topic, [{ key, value, headers: {} }]);
      },
      deadLetters,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** With schemas nothing needs to be said of types. */
async function writeMapping(folder: string, withSchema: boolean): Promise<string> {
  const mapping = JSON.parse(await readFile(join(deploy, 'mapping.json'), 'utf8'));
  if (withSchema) for (const table of mapping.tables) delete table.columns;
  const path = join(folder, 'mapping.json');
  await writeFile(path, JSON.stringify(mapping));
  return path;
}

async function find(index: ChunkIndex, text: string, groups: string[]): Promise<string[]> {
  const access = { tenant: 'default', principals: groups.map((group) => `group:${group}`) };
  const vector = new Float32Array(64);
  vector[0] = 1;
  const { lexical } = await index.search({ access, text, vector, limit: 50 });
  const chunks = await index.readHits(access, lexical);
  return [...new Set(chunks.flatMap((chunk) => (chunk ? [chunk.manifest.documentId] : [])))].sort();
}

/** Seconds from now until the condition holds. */
export async function secondsUntil(condition: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await until(condition, { timeoutMs: 30_000, everyMs: 25 });
  return (performance.now() - start) / 1000;
}
