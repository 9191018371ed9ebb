import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { createFreshetClient } from '@freshet/cli/client';
import { percentile } from '@freshet/eval/metrics';
import { INGESTOR_GROUP } from '@freshet/ingestor/app';
import { totalLag } from '@freshet/ingestor/lag';
import { openDocumentParser } from '@freshet/ingestor/parse/parser';
import { loadTokenCounter } from '@freshet/models/embedding/onnx/tokenizer';
import { createAccessTokens } from '@freshet/shared/access-token';
import { type DocumentInput, type RetrieveResponse, UPSERTED } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, encodeDocumentEvent } from '@freshet/shared/document-events';
import { until } from '@freshet/testkit/until';
import { syntheticChunks } from '../packages/models/bench/synthetic.ts';
import { startEngineFleet } from './engine-fleet.ts';
import { type Bucket, histogramPercentile, readHistogram } from './histogram.ts';

/** Whom the gateway takes for anybody without a key. */
const TENANT = 'default';
const SOURCE = 'bench';
const TOKENS_OF_A_CHUNK = 200;
/** Every so many changes are looked for by searches; all of them are in the histogram of the ingestor. */
const FOLLOWED = 10;
const POLL_MS = 20;
const STAGES = ['decode', 'read', 'parse', 'embed', 'write', 'searchable'];

export interface EnginesOptions {
  /** Documents of the backlog, of one chunk each, so that a batch of 100 records has 100 chunks. */
  documents: number;
  /** Changes a second, and for how long. */
  changesPerSecond: number;
  seconds: number;
  /** How many documents are deleted, one after the other, while changes go on. */
  deletions: number;
  /** Folder for a processor profile of the ingestor. */
  profile?: string | undefined;
}

/**
 * Ingestion on a real Kafka and a real OpenSearch, with the local embedder. Three phases:
 *
 * - A backlog: chunks a second from the append to the log until all is searchable, beside the bare embedder in a
 *   process of its own on the same texts, half of them before and half after. `batchP95Ms` is what a batch takes
 *   beside embedding, from the ingestor's own `freshet_ingest_batch_seconds{stage="beside_embedding"}`.
 * - Changes at a steady rate through the gateway: from `changedAt` until a search finds the new text, of every tenth
 *   change, and until the ingestor says so, of all.
 * - Deletions, and then deletions beside the same changes: from the call of the gateway until the first answer of the
 *   retriever that lacks the document, asked again and again meanwhile.
 *
 * `rssMiB` is the largest resident memory of the ingestor's process less that of the process with the embedder alone.
 */
export async function measureEngines({
  documents,
  changesPerSecond,
  seconds,
  deletions,
  profile,
}: EnginesOptions) {
  await using cleanup = new AsyncDisposableStack();
  const fleet = await startEngineFleet({ profile });
  cleanup.defer(() => fleet.close());
  const { signal } = new AbortController();
  const gateway = createFreshetClient({ url: fleet.urls.gateway });
  cleanup.defer(() => gateway.close());
  const tokens = createAccessTokens({ secret: fleet.secret });
  const vector = new Float32Array(fleet.embedder.dimensions).fill(fleet.embedder.dimensions ** -0.5);
  const counter = await loadTokenCounter(fleet.embedder.tokenizer);
  const contents = syntheticChunks({ count: documents, tokens: TOKENS_OF_A_CHUNK, counter });

  const input = (documentId: string, content: string): DocumentInput => ({
    source: SOURCE,
    documentId,
    mediaType: 'text/plain',
    content,
    changedAt: new Date().toISOString(),
  });
  const scrape = async () => (await fetch(`${fleet.urls.ingestor}/metrics`)).text();
  const load = () => round(loadavg()[0]!, 1);

  /** Resolves once nothing that was appended is left. */
  function caughtUp(): Promise<void> {
    return until(
      async () => {
        const left = await totalLag(fleet.log, DOCUMENTS_TOPIC, INGESTOR_GROUP);
        if (left > 0) throw new Error(`${left} events are left`);
      },
      { timeoutMs: 3_600_000, everyMs: 100 },
    );
  }

  async function backlog() {
    const texts = await chunkTexts(fleet.embedder, contents);
    const half = (which: 0 | 1) => fleet.embed(texts.filter((_, i) => i % 2 === which));
    const first = await half(0);
    const earlier = await scrape();
    const records = contents.map((content, i) => {
      const data = { ...input(`document-${i}`, content), tenant: TENANT, version: 1 };
      return encodeDocumentEvent({ type: UPSERTED, data: { ...data, changedAt: data.changedAt! } });
    });
    const start = performance.now();
    await fleet.log.append(DOCUMENTS_TOPIC, records);
    await caughtUp();
    const elapsed = performance.now() - start;
    const loadAverage = load();
    const metrics = await scrape();
    const second = await half(1);
    const rate = texts.length / (elapsed / 1000);
    const bare = texts.length / ((first.ms + second.ms) / 1000);
    return {
      chunks: texts.length,
      chunksPerSecond: round(rate, 2),
      embedderOnlyChunksPerSecond: round(bare, 2),
      ratio: round(rate / bare, 3),
      batchP95Ms: stageP95Ms(earlier, metrics, 'beside_embedding'),
      stageP95Ms: stagesP95Ms(earlier, metrics),
      embedderMiB: Math.round(second.residentMiB),
      backlogLoadAverage: loadAverage,
    };
  }

  /** Changes documents one after the other at the rate until it is told to stop. */
  function changing(stop: AbortSignal): { done: Promise<void>; freshnessMs: number[]; failures: unknown[] } {
    const freshnessMs: number[] = [];
    const failures: unknown[] = [];
    const following: Promise<void>[] = [];
    const followed = new Map<string, { since: number; found: () => void }>();

    async function change(n: number): Promise<void> {
      const word = `change${n.toString(36)}x${Date.now().toString(36)}`;
      const document = input(`document-${n % documents}`, `${word} ${contents[n % documents]}`);
      const isFollowed = n % FOLLOWED === 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      if (isFollowed) followed.set(word, { since: Date.parse(document.changedAt!), found: resolve });
      await gateway.write([document], signal);
      if (isFollowed) await promise;
    }

    /** Words take turns, one search at a time: searches for all that is late would make it later. */
    async function look(): Promise<void> {
      const access = { tenant: TENANT, principals: [] };
      while (!stop.aborted || followed.size > 0) {
        for (const [text, { since, found }] of followed) {
          const { lexical } = await fleet.index.search({ access, text, vector, limit: 1 });
          if (lexical.length > 0) {
            freshnessMs.push(Date.now() - since);
            followed.delete(text);
            found();
          }
          await pause(POLL_MS);
        }
        if (followed.size === 0) await pause(POLL_MS);
      }
    }

    async function send(): Promise<void> {
      const looking = look();
      for (let n = 0, due = performance.now(); !stop.aborted; n += 1, due += 1000 / changesPerSecond) {
        if (due > performance.now()) await pause(due - performance.now());
        following.push(change(n).catch((error) => void failures.push(error)));
      }
      await Promise.all(following);
      await looking;
    }
    return { done: send(), freshnessMs, failures };
  }

  async function steady() {
    const earlier = await scrape();
    const { done, freshnessMs, failures } = changing(AbortSignal.timeout(seconds * 1000));
    await done;
    if (failures.length > 0) throw failures[0];
    await caughtUp();
    const metrics = await scrape();
    const seen = (text: string, before?: Bucket[]) =>
      readHistogram(text, 'freshet_ingest_freshness_seconds', { source: SOURCE }, before);
    const all = seen(metrics, seen(earlier));
    return {
      freshnessP95Ms: Math.round(percentile(freshnessMs, 0.95)),
      freshnessP50Ms: Math.round(percentile(freshnessMs, 0.5)),
      freshnessHistogramP95Ms: Math.round(histogramPercentile(all, 0.95) * 1000),
      changes: all.at(-1)?.count ?? 0,
      steadyStageP95Ms: stagesP95Ms(earlier, metrics),
      steadyLoadAverage: load(),
    };
  }

  /** Deletes documents one after the other, which the index has; times in milliseconds. */
  async function deleting(ids: readonly string[]): Promise<number[]> {
    const times: number[] = [];
    for (const id of ids) {
      if (!(await answers(id))) throw new Error(`${id} is not in the answer before its deletion`);
      const start = performance.now();
      const deleted = gateway.delete(SOURCE, id, signal);
      while (await answers(id)) await pause(POLL_MS);
      times.push(performance.now() - start);
      await deleted;
    }
    return times;
  }

  async function gone() {
    const [first, second] = ['lighthouse', 'breakwater'].map((word) =>
      Array.from({ length: deletions }, (_, i) => `${word}${i}`),
    ) as [string[], string[]];
    await gateway.write(
      [...first, ...second].map((id, i) => input(id, `${id} ${contents[i % documents]}`)),
      signal,
    );
    await caughtUp();
    const quiet = await deleting(first);
    const deletionsLoadAverage = load();
    const stop = new AbortController();
    const changes = changing(stop.signal);
    const busy = await deleting(second).finally(() => stop.abort());
    await changes.done;
    if (changes.failures.length > 0) throw changes.failures[0];
    return {
      deletions,
      deleteGoneP95Ms: Math.round(percentile(quiet, 0.95)),
      deleteGoneP50Ms: Math.round(percentile(quiet, 0.5)),
      deletionsLoadAverage,
      deleteGoneBesideChangesP95Ms: Math.round(percentile(busy, 0.95)),
      deleteGoneBesideChangesP50Ms: Math.round(percentile(busy, 0.5)),
    };
  }

  /** Whether a question for its own word finds the document. */
  async function answers(id: string): Promise<boolean> {
    const response = await fetch(`${fleet.urls.retriever}/v1/retrieve`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens.sign({ tenant: TENANT, principals: [] })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: id, limit: 20 }),
    });
    if (!response.ok) throw new Error(`the retriever answers ${response.status}: ${await response.text()}`);
    const { passages } = (await response.json()) as RetrieveResponse;
    return passages.some(({ documentId }) => documentId === id);
  }

  // What is read and compiled at first use is no part of the rates.
  await gateway.write(
    contents.slice(0, 20).map((content, i) => input(`warm-${i}`, content)),
    signal,
  );
  await caughtUp();
  const { embedderMiB, ...rates } = await backlog();
  const freshness = await steady();
  const deleted = await gone();
  const ingestorMiB = Math.round(await fleet.ingestorMiB());
  return {
    documents,
    ...rates,
    ...freshness,
    ...deleted,
    rssMiB: ingestorMiB - embedderMiB,
    ingestorMiB,
    embedderMiB,
  };
}

/** What 95 % of the batches between two scrapes took at most in a stage. */
function stageP95Ms(earlier: string, later: string, stage: string): number {
  const read = (text: string, before?: Bucket[]) =>
    readHistogram(text, 'freshet_ingest_batch_seconds', { stage }, before);
  return Math.round(histogramPercentile(read(later, read(earlier)), 0.95) * 1000);
}

function stagesP95Ms(earlier: string, later: string): Record<string, number> {
  return Object.fromEntries(STAGES.map((stage) => [stage, stageP95Ms(earlier, later, stage)]));
}

/** What the ingestor will embed. */
async function chunkTexts(
  { tokenizer, maxTokens }: { tokenizer: string; maxTokens: number },
  contents: readonly string[],
): Promise<string[]> {
  const parser = openDocumentParser({ tokenizer, maxTokens });
  try {
    const texts: string[] = [];
    for (const content of contents) {
      const { drafts } = await parser.parse({ content, mediaType: 'text/plain', title: undefined });
      texts.push(...drafts.map(({ embeddedText }) => embeddedText));
    }
    return texts;
  } finally {
    await parser.close();
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
