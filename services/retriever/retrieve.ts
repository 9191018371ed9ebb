import type { ChunkIndex, FoundChunk } from '@freshet/chunk-index';
import {
  type Access,
  decodeWatermark,
  encodeWatermark,
  type Passage,
  type RetrieveRequest,
  type RetrieveResponse,
} from '@freshet/shared/contracts';
import { awaitWatermark } from './await-watermark.ts';
import { type FusedHit, fuse } from './fuse.ts';
import type { EmbedQuery } from './query-embeddings.ts';

export interface RetrieveOptions {
  index: ChunkIndex;
  embedQuery: EmbedQuery;
  /** Hits of each search, at least. */
  candidates: number;
  watermarkWaitMs: number;
}

interface FusedChunk extends FusedHit {
  chunk: FoundChunk;
}

export type Retrieve = (
  access: Access,
  request: RetrieveRequest,
  signal: AbortSignal,
) => Promise<RetrieveResponse>;

/** Question to passages: embed, search both ways, fuse, check what was found against its manifests. */
export function createRetrieve({
  index,
  embedQuery,
  candidates,
  watermarkWaitMs,
}: RetrieveOptions): Retrieve {
  return async (access, { query, limit = 8, filter, after }, signal) => {
    const clock = createStopwatch();
    if (after !== undefined) {
      await awaitWatermark(index, decodeWatermark(after), { timeoutMs: watermarkWaitMs, signal });
    }
    const waitMs = clock.lap();
    // Read before the search: what is searchable now is found by it.
    const [watermark, vector] = await Promise.all([index.watermark(), embedQuery(query, signal)]);
    const embedMs = clock.lap();
    const found = await index.search({
      access,
      text: query,
      vector,
      limit: Math.max(candidates, 2 * limit),
      ...(filter ? { filter } : {}),
    });
    signal.throwIfAborted();
    const searchMs = clock.lap();
    const fused = fuse(found);
    const fuseMs = clock.lap();
    const passages = (await readCurrent(index, access, fused, limit)).map(toPassage);
    const realtimeMs = clock.lap();
    const timings = { waitMs, embedMs, searchMs, fuseMs, realtimeMs, totalMs: clock.total() };
    return { passages, watermark: encodeWatermark(watermark), timings };
  };
}

/** What stands behind the first `limit` hits that are still true; those that are not give way to the next ones. */
async function readCurrent(
  index: ChunkIndex,
  access: Access,
  fused: FusedHit[],
  limit: number,
): Promise<FusedChunk[]> {
  const kept: FusedChunk[] = [];
  for (let start = 0; start < fused.length && kept.length < limit; start += limit) {
    const page = fused.slice(start, start + limit);
    const chunks = await index.readHits(
      access,
      page.map(({ hit }) => hit),
    );
    for (const [i, chunk] of chunks.entries()) if (chunk) kept.push({ ...(page[i] as FusedHit), chunk });
  }
  return kept.slice(0, limit);
}

function toPassage({ chunk, score, lexicalScore, vectorScore }: FusedChunk, index: number): Passage {
  const { manifest, headingPath, text, span } = chunk;
  const { source, documentId, version, title, uri, changedAt } = manifest;
  return {
    ref: index + 1,
    source,
    documentId,
    version,
    ...(title === undefined ? {} : { title }),
    ...(uri === undefined ? {} : { uri }),
    headingPath,
    text,
    span,
    score: round(score, 4),
    ...(lexicalScore === undefined ? {} : { lexicalScore: round(lexicalScore, 3) }),
    ...(vectorScore === undefined ? {} : { vectorScore: round(vectorScore, 4) }),
    changedAt,
  };
}

function createStopwatch() {
  const start = performance.now();
  let last = start;
  return {
    lap(): number {
      const now = performance.now();
      const ms = now - last;
      last = now;
      return round(ms, 2);
    },
    total: () => round(performance.now() - start, 2),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
