import { setTimeout as pause } from 'node:timers/promises';
import { applyChunkIndex } from '@freshet/chunk-index/open';
import { createClient } from '@freshet/chunk-index/opensearch/client';
import { readConnection } from '@freshet/chunk-index/opensearch/config';
import { indexNames } from '@freshet/chunk-index/opensearch/mapping';
import type { EventLog } from '@freshet/event-log';
import { openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { openEmbedder } from '@freshet/models/open-embedder';
import { loadConfig } from '@freshet/shared/config';
import { DEAD_LETTER_TOPIC, DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { type FakeOpenAi, startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { freePorts } from '@freshet/testkit/free-ports';
import { startKafka } from '@freshet/testkit/kafka';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { seededRandom } from '@freshet/testkit/seeded-random';
import { until } from '@freshet/testkit/until';
import { INGESTOR_GROUP } from '../../app.ts';
import { IngestorConfig } from '../../config.ts';
import { totalLag } from '../../lag.ts';
import { openDocumentParser } from '../../parse/parser.ts';
import { compare, type Differences } from './compare.ts';
import { type IngestorProcess, startIngestor } from './ingestor-process.ts';
import { type Change, createWorkload, toRecord } from './workload.ts';

export interface ScenarioOptions {
  documents: number;
  /** How often a working ingestor is killed. */
  kills: number;
  /** How long OpenSearch is away, in milliseconds. */
  outageMs: number;
  seed: number;
  say: (line: string) => void;
}

export interface ScenarioResult {
  events: number;
  /** Those that hit an ingestor with work before and behind it. */
  kills: number;
  differences: Differences;
  deadLetters: number;
  peakMiB: number;
}

const DIMENSIONS = 64;
/** The embedder refuses every such request: throttled, or overloaded. */
const FAULT_EVERY = 60;
/** Of a portion of the events, the most that an ingestor handles before it is killed: some commit, some do not. */
const SHARE_BEFORE_KILL = 0.7;
const logger = createLogger({ name: 'crash-test', level: 'silent' });

export async function runScenario({
  documents,
  kills,
  outageMs,
  seed,
  say,
}: ScenarioOptions): Promise<ScenarioResult> {
  await using cleanup = new AsyncDisposableStack();
  const random = seededRandom(seed);
  const { events, latest } = createWorkload(documents, random);
  const [kafka, openSearch] = await Promise.all([
    startKafka({ isDedicated: true }),
    startOpenSearch({ isDedicated: true }),
  ]);
  cleanup.defer(async () => void (await Promise.all([kafka.stop(), openSearch.stop()])));
  const model = await startUnreliableModel();
  cleanup.defer(() => model.close());
  const env = {
    KAFKA_BROKERS: kafka.url,
    TOPIC_PARTITIONS: '3',
    OPENSEARCH_NODES: openSearch.url,
    OPENSEARCH_REPLICAS: '0',
    EMBEDDING_PROVIDER: 'openai',
    EMBEDDING_URL: model.url,
    EMBEDDING_MODEL: 'hashed',
    EMBEDDING_DIMENSIONS: String(DIMENSIONS),
    INGEST_BATCH_RECORDS: '25',
  };
  const config = loadConfig(IngestorConfig, env);
  const { embedder } = await openEmbedder(config, logger);
  cleanup.defer(() => embedder.close());
  const log = await openEventLog(config, { name: 'crash-test', logger });
  cleanup.defer(() => log.close());
  await applyTopics(log, config);
  await applyChunkIndex(config, embedder);

  const [port] = (await freePorts(1)) as [number];
  let ingestor: IngestorProcess | undefined;
  cleanup.defer(async () => ingestor?.kill('SIGKILL'));
  const start = () => {
    ingestor = startIngestor(env, port, (line) => /refused|fatal/.test(line) && say(line));
    return ingestor;
  };
  const portions = kills + 3;
  const produce = createProducer(log, events, portions);

  let hits = 0;
  for (let attempt = 0; hits < kills && attempt < 2 * kills; attempt += 1) {
    if (hits === attempt) await produce();
    const victim = start();
    await victim.handles(Math.ceil((random() * SHARE_BEFORE_KILL * events.length) / portions));
    await pause(random() * 100);
    await victim.kill('SIGKILL');
    const left = await behind(log);
    if (left > 0) hits += 1;
    say(`kill ${hits}: ${left} events left`);
  }

  await produce();
  const last = start();
  await last.handles(1);
  say(`OpenSearch is away for ${outageMs / 1000} s`);
  await openSearch.kill();
  await produce();
  await pause(outageMs);
  await openSearch.start();
  await progress(log, last);
  say('the broker restarts');
  await kafka.kill();
  await kafka.start();
  await produce();
  say('all events are written');
  while ((await behind(log)) > 0) await progress(log, last);
  const peakMiB = await last.peakMiB();
  await last.kill('SIGTERM');

  const client = await createClient(readConnection(config));
  cleanup.defer(() => client.close());
  const parser = openDocumentParser({ tokenizer: undefined, maxTokens: embedder.maxTokens });
  cleanup.defer(() => parser.close());
  const { chunks, manifests } = indexNames(config.OPENSEARCH_INDEX_PREFIX);
  const differences = await compare({
    client,
    chunks: chunks.read,
    manifests: manifests.read,
    latest,
    parser,
  });
  const letters = await log.lag(DEAD_LETTER_TOPIC, 'crash-test');
  const deadLetters = letters.reduce((sum, { end }) => sum + end, 0);
  return { events: events.length, kills: hits, differences, deadLetters, peakMiB };
}

/** A quick and deterministic embedder that is throttled, or fails, now and then. */
async function startUnreliableModel(): Promise<FakeOpenAi> {
  let requests = 0;
  const model = await startFakeOpenAi({
    dimensions: DIMENSIONS,
    async beforeAnswer() {
      requests += 1;
      if (requests % FAULT_EVERY > 0) return;
      // More in a row than one call is tried again.
      const status = requests % (2 * FAULT_EVERY) === 0 ? 429 : 503;
      model.failNext(...Array.from({ length: 4 }, () => ({ type: 'refused' as const, status })));
    },
  });
  return model;
}

/** Each call appends the next of so many equal portions of the events. */
function createProducer(log: EventLog, events: readonly Change[], portions: number): () => Promise<void> {
  let from = 0;
  const size = Math.ceil(events.length / portions);
  return async () => {
    const portion = events.slice(from, from + size);
    from += size;
    for (let at = 0; at < portion.length; at += 100) {
      await log.append(DOCUMENTS_TOPIC, portion.slice(at, at + 100).map(toRecord));
    }
  };
}

/** Events that are not committed yet. */
function behind(log: EventLog): Promise<number> {
  return totalLag(log, DOCUMENTS_TOPIC, INGESTOR_GROUP);
}

/** Resolves once the ingestor has committed something more. */
async function progress(log: EventLog, ingestor: IngestorProcess): Promise<void> {
  const before = await behind(log);
  await until(
    async () => {
      if (!ingestor.isRunning) throw new Error('the ingestor has ended by itself');
      if ((await behind(log)) >= before) throw new Error('nothing is committed since');
    },
    { timeoutMs: 180_000, everyMs: 250 },
  );
}
