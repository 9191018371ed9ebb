/**
 * How fast the local embedder is, and what it costs: `npm run -s bench:embed -- [--json] [--seconds=5]`.
 * Chunks have about 200 tokens; each row is measured in a process of its own, because memory that was once
 * resident tends to stay.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { openOnnxEmbedder } from '../embedding/onnx/embedder.ts';
import { loadTokenCounter } from '../embedding/onnx/tokenizer.ts';
import type { Embedder } from '../embedding.ts';
import { bgeSmallEn } from '../weights/bundle.ts';
import { ensureWeights } from '../weights/ensure.ts';
import { syntheticChunks, syntheticQueries } from './synthetic.ts';

interface Row {
  threads: number;
  openMs: number;
  tokensPerChunk: number;
  chunksPerSecond: number;
  /** Of the processor, in all threads. */
  chunksPerCpuSecond: number;
  queryIdleMs: Latency;
  /** While documents are embedded as fast as they can be. */
  queryBusyMs: Latency;
  /** Resident, the most that was seen, after chunks of 200 and of 512 tokens. */
  rssMiB: number;
}

interface Latency {
  p50: number;
  p95: number;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    row: { type: 'string' },
  },
});
const seconds = Number(values.seconds);

if (values.row) {
  console.log(JSON.stringify(await measure(Number(values.row))));
} else {
  const rows: Row[] = [];
  for (const threads of [1, 2]) rows.push(await measureApart(threads));
  const result = { benchmark: 'embed', model: 'bge-small-en-v1.5 int8', rows };
  if (values.json) console.log(JSON.stringify(result));
  else
    console.table(
      rows.map(({ queryIdleMs, queryBusyMs, ...row }) => ({ ...row, ...flat({ queryIdleMs, queryBusyMs }) })),
    );
}

async function measureApart(threads: number): Promise<Row> {
  const args = [fileURLToPath(import.meta.url), `--row=${threads}`, `--seconds=${seconds}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

async function measure(threads: number): Promise<Row> {
  const weights = await ensureWeights(bgeSmallEn);
  const counter = await loadTokenCounter(weights.tokenizer);
  const chunks = syntheticChunks({ count: 64, tokens: 200, counter });
  const queries = syntheticQueries(64);

  const opening = performance.now();
  const embedder = await openOnnxEmbedder({ ...weights, threads });
  const openMs = performance.now() - opening;
  try {
    await embedder.embedDocuments(chunks.slice(0, 8));
    const queryIdleMs = await queryLatency(embedder, queries, until(seconds));
    const cpu = process.cpuUsage();
    const begin = performance.now();
    const embedded = await embedUntil(embedder, chunks, until(seconds));
    const elapsed = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const isOver = until(seconds);
    const [queryBusyMs] = await Promise.all([
      queryLatency(embedder, queries, isOver),
      embedUntil(embedder, chunks, isOver),
    ]);
    await embedder.embedDocuments(syntheticChunks({ count: 2 * threads, tokens: 512, counter }));
    return {
      threads,
      openMs: round(openMs),
      tokensPerChunk: round(chunks.reduce((sum, chunk) => sum + counter.count(chunk), 0) / chunks.length),
      chunksPerSecond: round(embedded / elapsed),
      chunksPerCpuSecond: round(embedded / ((user + system) / 1e6)),
      queryIdleMs,
      queryBusyMs,
      rssMiB: round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    await embedder.close();
  }
}

async function embedUntil(embedder: Embedder, chunks: string[], isOver: () => boolean): Promise<number> {
  let embedded = 0;
  while (!isOver()) embedded += (await embedder.embedDocuments(chunks)).length;
  return embedded;
}

async function queryLatency(embedder: Embedder, queries: string[], isOver: () => boolean): Promise<Latency> {
  const times: number[] = [];
  for (let i = 0; !isOver(); i++) {
    const start = performance.now();
    await embedder.embedQuery(queries[i % queries.length]!);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => round(times[Math.floor(part * (times.length - 1))]!);
  return { p50: at(0.5), p95: at(0.95) };
}

function until(duration: number): () => boolean {
  const end = performance.now() + duration * 1000;
  return () => performance.now() >= end;
}

function flat(latencies: Record<string, Latency>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(latencies).flatMap(([name, { p50, p95 }]) => [
      [`${name}.p50`, p50],
      [`${name}.p95`, p95],
    ]),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
