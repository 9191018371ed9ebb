import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { loadConfig } from '@freshet/shared/config';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { freePorts } from '@freshet/testkit/free-ports';
import { startKafka } from '@freshet/testkit/kafka';
import { seededRandom } from '@freshet/testkit/seeded-random';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { until } from '@freshet/testkit/until';
import { INGESTOR_GROUP } from '../../app.ts';
import { IngestorConfig } from '../../config.ts';
import { totalLag } from '../../lag.ts';
import { startIngestor } from '../crash/ingestor-process.ts';
import { createWorkload, toRecord } from '../crash/workload.ts';

/**
 * What an ingestor needs of memory with a backlog of few and of many documents: from some size on it should not grow.
 * Kafka is real, the index is the embedded one, whose file is mapped into memory: that part of the resident set is
 * given apart. Prints a line of JSON for each.
 *
 * `npm run -s bench:backlog -- [--documents 10,10000,100000]`
 */

const { values } = parseArgs({ options: { documents: { type: 'string', default: '10,10000,100000' } } });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const kafka = await startKafka();
try {
  for (const documents of values.documents.split(',').map(Number)) {
    console.log(JSON.stringify(await measure(documents)));
  }
} finally {
  await kafka.stop();
}

async function measure(documents: number) {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'freshet-backlog-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const env = {
    KAFKA_BROKERS: kafka.url,
    KAFKA_TOPIC_PREFIX: uniquePrefix('backlog'),
    DATA_DIR: folder,
    EMBEDDING_PROVIDER: 'hashed',
    EMBEDDING_DIMENSIONS: '64',
  };
  const config = loadConfig(IngestorConfig, env);
  const log = await openEventLog(config, {
    name: 'backlog',
    logger: createLogger({ name: 'backlog', level: 'silent' }),
  });
  cleanup.defer(() => log.close());
  await applyTopics(log, config);
  let events = 0;
  // In portions, so that this process needs little memory either.
  for (let made = 0; made < documents; made += 1_000) {
    const count = Math.min(1_000, documents - made);
    const portion = createWorkload(count, seededRandom(made), `${made}-`).events.map(toRecord);
    events += portion.length;
    await log.append(DOCUMENTS_TOPIC, portion);
  }
  const [port] = (await freePorts(1)) as [number];
  const ingestor = startIngestor(env, port);
  cleanup.defer(() => ingestor.kill('SIGTERM'));
  await ingestor.handles(1);
  const start = performance.now();
  let privateMiB = 0;
  let [heapMiB, externalMiB] = [0, 0];
  await until(
    async () => {
      privateMiB = Math.max(privateMiB, await ingestor.privateMiB());
      if (!ingestor.isRunning) throw new Error('the ingestor has ended by itself');
      const { used, external } = await ingestor.heapMiB();
      [heapMiB, externalMiB] = [Math.max(heapMiB, used), Math.max(externalMiB, external)];
      const left = await totalLag(log, DOCUMENTS_TOPIC, INGESTOR_GROUP);
      if (left > 0) throw new Error(`${left} events are left`);
    },
    { timeoutMs: 3_600_000, everyMs: 200 },
  );
  const seconds = (performance.now() - start) / 1000;
  return {
    documents,
    events,
    seconds: Math.round(seconds),
    peakRssMiB: await ingestor.peakMiB(),
    peakPrivateMiB: privateMiB,
    peakHeapMiB: heapMiB,
    peakExternalMiB: externalMiB,
  };
}
