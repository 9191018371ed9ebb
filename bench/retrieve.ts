import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ChunkIndex } from '@freshet/chunk-index';
import { openOpenSearchChunkIndex } from '@freshet/chunk-index/opensearch';
import { applyIndex } from '@freshet/chunk-index/opensearch/apply';
import { createClient } from '@freshet/chunk-index/opensearch/client';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import { percentile } from '@freshet/eval/metrics';
import { createConfidence } from '@freshet/retriever/confidence/confidence';
import { createRetrieve } from '@freshet/retriever/retrieve';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { documents, questions, TENANT } from './synthetic-corpus.ts';

/**
 * What retrieval takes beside the model: both searches, fusion and the realtime check, on a synthetic corpus, with
 * so many callers at once, each of whom asks again as soon as it has its answer. An index that is there is used again.
 *
 *     npm run -s bench:retrieve -- [--index opensearch|sqlite] [--chunks 100000] [--concurrency 50] [--json]
 */
const { values } = parseArgs({
  options: {
    index: { type: 'string', default: 'opensearch' },
    chunks: { type: 'string', default: '100000' },
    concurrency: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const chunks = Number(values.chunks);
const concurrency = Number(values.concurrency);
const DIMENSIONS = 384;
const EMBEDDER = 'synthetic';
const say = (line: string) => void (values.json || process.stderr.write(`${line}\n`));

const { index, settle, close } = values.index === 'sqlite' ? await openSqlite() : await openOpenSearch();
try {
  await fill(index);
  await settle();
  const asked = questions(2_000, DIMENSIONS);
  const vectors = new Map(asked.map(({ text, vector }) => [text, vector]));
  const retrieve = createRetrieve({
    index,
    embedQuery: async (text) => vectors.get(text)!,
    confidenceOf: createConfidence(EMBEDDER),
    candidates: 60,
    watermarkWaitMs: 0,
  });
  const { signal } = new AbortController();
  let next = 0;
  async function run(seconds: number): Promise<{ latencies: number[]; elapsedMs: number }> {
    const latencies: number[] = [];
    const start = performance.now();
    const end = start + seconds * 1000;
    const caller = async () => {
      for (let now = performance.now(); now < end; now = performance.now()) {
        const { access, text } = asked[next++ % asked.length]!;
        const { passages } = await retrieve(access, { query: text }, signal);
        if (passages.length !== 8) throw new Error(`${passages.length} passages instead of 8`);
        latencies.push(performance.now() - now);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, caller));
    return { latencies, elapsedMs: performance.now() - start };
  }
  await run(Number(values.seconds) / 2); // both runtimes compile what is hot
  const { latencies, elapsedMs } = await run(Number(values.seconds));
  const at = (share: number) => Number(percentile(latencies, share).toFixed(1));
  const result = {
    index: values.index,
    chunks,
    concurrency,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    qps: Math.round((latencies.length / elapsedMs) * 1000),
  };
  if (values.json) console.log(JSON.stringify(result));
  else console.table([result]);
} finally {
  await close();
}

async function openSqlite() {
  const folder = join(import.meta.dirname, '..', '.cache', 'bench');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `retrieve-${chunks}.db`);
  const opened = await openSqliteChunkIndex({ path, dimensions: DIMENSIONS, embedder: EMBEDDER });
  return { index: opened, settle: async () => {}, close: () => opened.close() };
}

async function openOpenSearch() {
  const server = await startOpenSearch({ isMeasured: true });
  const connection = { nodes: [server.url], timeoutMs: 60_000 };
  const options = {
    prefix: `bench-${chunks}-`,
    dimensions: DIMENSIONS,
    embedder: EMBEDDER,
    engine: 'lucene' as const,
    m: 16,
    efConstruction: 100,
    efSearch: 0,
    shards: 1,
    replicas: 0,
  };
  const client = await createClient(connection);
  await applyIndex(client, options);
  const opened = await openOpenSearchChunkIndex({ connection, index: options });
  return {
    index: opened,
    /** Merges that the filling left behind would be measured as well. */
    async settle() {
      for (;;) {
        const { body } = await client.indices.stats({
          index: `${options.prefix}chunks-read`,
          metric: ['merge', 'segments'],
        });
        const { merges, segments } = body._all.primaries as {
          merges: { current: number };
          segments: { count: number };
        };
        if (merges.current === 0) return say(`${segments.count} segments`);
        await pause(1_000);
      }
    },
    async close() {
      await Promise.all([opened.close(), client.close()]);
      await server.stop();
    },
  };
}

async function fill(index: ChunkIndex): Promise<void> {
  if ((await index.statistics(TENANT)).chunks === chunks) return;
  const start = performance.now();
  let batch = [];
  let written = 0;
  for (const document of documents(chunks, { dimensions: DIMENSIONS, embedder: EMBEDDER })) {
    batch.push(document);
    if (batch.length < 100) continue;
    await index.write(batch);
    written += batch.reduce((sum, { chunks }) => sum + chunks.length, 0);
    batch = [];
    say(`${written} chunks`);
  }
  await index.write(batch);
  await index.advanceWatermark(new Map([[0, chunks]]));
  say(`filled in ${Math.round((performance.now() - start) / 1000)} s`);
}
