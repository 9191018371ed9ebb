import type { ChunkIndex, FoundChunk } from '@freshet/chunk-index';
import {
  type Access,
  decodeWatermark,
  encodeWatermark,
  type Passage,
  type RetrieveRequest,
  type RetrieveResponse,
} from '@freshet/shared/contracts';
import { type Span, setContent, withSpan } from '@freshet/shared/spans';
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

const DEFAULT_LIMIT = 8;

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
  const retrieve = async (
    access: Access,
    { query, limit = DEFAULT_LIMIT, filter, after }: RetrieveRequest,
    signal: AbortSignal,
    span: Span | undefined,
  ): Promise<RetrieveResponse> => {
    const clock = createStopwatch();
    if (after !== undefined) {
      await awaitWatermark(index, decodeWatermark(after), { timeoutMs: watermarkWaitMs, signal });
    }
    const waitMs = clock.lap();
    // Read before the search: what is searchable now is found by it.
    const [watermark, vector] = await Promise.all([index.watermark(), embedQuery(query, signal)]);
    const embedMs = clock.lap();
    const found = await withSpan('search', {}, async (search) => {
      const hits = await index.search({
        access,
        text: query,
        vector,
        limit: Math.max(candidates, 2 * limit),
        ...(filter ? { filter } : {}),
      });
      search?.setAttributes({
        'freshet.search.lexical_hits': hits.lexical.length,
        'freshet.search.vector_hits': hits.vector.length,
      });
      return hits;
    });
    signal.throwIfAborted();
    const searchMs = clock.lap();
    const fused = fuse(found);
    const fuseMs = clock.lap();
    const { kept, read } = await withSpan('realtime check', {}, async (check) => {
      const current = await readCurrent(index, access, fused, limit);
      check?.setAttributes({
        'freshet.check.read': current.read,
        'freshet.check.kept': current.kept.length,
      });
      return current;
    });
    const passages = kept.slice(0, limit).map(toPassage);
    const realtimeMs = clock.lap();
    const timings = { waitMs, embedMs, searchMs, fuseMs, realtimeMs, totalMs: clock.total() };
    span?.setAttributes({
      'freshet.retrieval.candidates': fused.length,
      'freshet.retrieval.checked': read,
      'freshet.retrieval.passages': passages.length,
      ...(after === undefined ? {} : { 'freshet.retrieval.wait_ms': waitMs }),
    });
    setContent(span, () => ({
      'gen_ai.retrieval.query.text': query,
      'gen_ai.retrieval.documents': JSON.stringify(
        passages.map(({ source, documentId, score }) => ({ id: `${source}/${documentId}`, score })),
      ),
    }));
    return { passages, watermark: encodeWatermark(watermark), timings };
  };
  return (access, request, signal) =>
    withSpan(
      'retrieval chunks',
      {
        attributes: {
          'gen_ai.operation.name': 'retrieval',
          'gen_ai.data_source.id': 'chunks',
          'gen_ai.retrieval.top_k': request.limit ?? DEFAULT_LIMIT,
        },
      },
      (span) => retrieve(access, request, signal, span),
    );
}

/** What stands behind the first `limit` hits that are still true; those that are not give way to the next ones. */
async function readCurrent(
  index: ChunkIndex,
  access: Access,
  fused: FusedHit[],
  limit: number,
): Promise<{ kept: FusedChunk[]; read: number }> {
  const kept: FusedChunk[] = [];
  let read = 0;
  for (let start = 0; start < fused.length && kept.length < limit; start += limit) {
    const page = fused.slice(start, start + limit);
    read += page.length;
    const chunks = await index.readHits(
      access,
      page.map(({ hit }) => hit),
    );
    for (const [i, chunk] of chunks.entries()) if (chunk) kept.push({ ...(page[i] as FusedHit), chunk });
  }
  return { kept, read };
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
