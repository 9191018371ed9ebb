import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChunkIndex } from '@freshet/chunk-index';
import { applyChunkIndex, chunkIndexConfig, openChunkIndex } from '@freshet/chunk-index/open';
import type { EventLog } from '@freshet/event-log';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { freePorts } from '@freshet/testkit/free-ports';
import { startKafka } from '@freshet/testkit/kafka';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { Type } from 'typebox';
import type { EmbedderReady, TextsEmbedded } from './embed-process.ts';
import { becomesReady, spawnService, stopProcess } from './service-process.ts';

const SERVICES = ['gateway', 'ingestor', 'retriever'] as const;
type ServiceName = (typeof SERVICES)[number];

export interface EngineFleet {
  urls: Record<ServiceName, string>;
  /** What the services sign their tokens with. */
  secret: string;
  log: EventLog;
  index: ChunkIndex;
  embedder: EmbedderReady;
  /** Embeds texts in the process that does nothing else. */
  embed(texts: readonly string[]): Promise<TextsEmbedded>;
  /** Most resident memory that the ingestor ever had, in MiB. */
  ingestorMiB(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Gateway, ingestor and retriever as three processes on a real Kafka and a real OpenSearch, with the local embedder,
 * and in a fifth process that embedder alone.
 * @param profile folder for a processor profile of the ingestor
 */
export async function startEngineFleet({ profile }: { profile?: string | undefined }): Promise<EngineFleet> {
  const cleanup = new AsyncDisposableStack();
  try {
    const kafka = await startKafka();
    cleanup.defer(() => kafka.stop());
    const openSearch = await startOpenSearch({ isMeasured: true });
    cleanup.defer(() => openSearch.stop());

    const bare = fork(join(import.meta.dirname, 'embed-process.ts'));
    cleanup.defer(() => stopProcess(bare));
    const [embedder] = (await once(bare, 'message')) as [EmbedderReady];

    const ports = await freePorts(SERVICES.length);
    const urls = Object.fromEntries(
      SERVICES.map((name, i) => [name, `http://127.0.0.1:${ports[i]}`]),
    ) as EngineFleet['urls'];
    const secret = 'a secret of the benchmark, long enough';
    const prefix = uniquePrefix('bench');
    const env = {
      KAFKA_BROKERS: kafka.url,
      KAFKA_TOPIC_PREFIX: prefix,
      OPENSEARCH_NODES: openSearch.url,
      OPENSEARCH_INDEX_PREFIX: prefix,
      INTERNAL_TOKEN_SECRET: secret,
      SOURCES: '{"bench":{"acl":{"public":true}}}',
      RETRIEVER_URL: urls.retriever,
      // Nobody asks for an answer.
      GENERATOR_URL: 'http://127.0.0.1:9',
    };
    const config = loadConfig(Type.Object({ ...eventLogConfig, ...chunkIndexConfig }), env);
    const logger = createLogger({ name: 'bench', level: 'silent' });
    const log = await openEventLog(config, { name: 'bench', logger });
    cleanup.defer(() => log.close());
    await applyTopics(log, config);
    await applyChunkIndex(config, embedder);
    const index = await openChunkIndex(config, embedder);
    cleanup.defer(() => index.close());

    const pids = {} as Record<ServiceName, number>;
    for (const name of SERVICES) {
      const profiling =
        profile !== undefined && name === 'ingestor' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
      const port = new URL(urls[name]).port;
      const child: ChildProcess = spawnService(name, { ...process.env, ...env, PORT: port }, profiling);
      cleanup.defer(() => stopProcess(child));
      pids[name] = child.pid as number;
    }
    await becomesReady('ingestor', urls.ingestor);
    await becomesReady('retriever', urls.retriever);
    await becomesReady('gateway', urls.gateway, '/livez');

    return {
      urls,
      secret,
      log,
      index,
      embedder,
      async embed(texts) {
        const answer = once(bare, 'message');
        bare.send(texts as string[]);
        return (await answer)[0] as TextsEmbedded;
      },
      async ingestorMiB() {
        const status = await readFile(`/proc/${pids.ingestor}/status`, 'utf8');
        return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
      },
      close: () => cleanup.disposeAsync(),
    };
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
}
