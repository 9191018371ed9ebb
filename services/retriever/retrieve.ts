import type { ChunkIndex } from '@freshet/chunk-index';
import {
  type Access,
  decodeWatermark,
  encodeWatermark,
  type RetrieveRequest,
  type RetrieveResponse,
} from '@freshet/shared/contracts';
import { type Span, setContent, withSpan } from '@freshet/shared/spans';
import { awaitWatermark } from './await-watermark.ts';
import type { Confidence } from './confidence/confidence.ts';
import { findCandidates } from './find-candidates.ts';
import { arrange } from './passages/arrange.ts';
import { toPassage } from './passages/to-passage.ts';
import type { EmbedQuery } from './query-embeddings.ts';
import { createUnderstand, type Understand } from './question/understand.ts';
import type { RerankStage } from './rerank.ts';
import { createRescore, RESCORED_CHUNKS, type Rescore } from './rescore/rescore.ts';
import { createStages, round } from './stages.ts';

export interface RetrieveOptions {
  index: ChunkIndex;
  embedQuery: EmbedQuery;
  confidenceOf: Confidence;
  /** Hits of each search, at least. */
  candidates: number;
  watermarkWaitMs: number;
  /** By rules alone, when absent. */
  understand?: Understand;
  /** By the model that comes with it, when absent. */
  rescore?: Rescore | undefined;
  /** The order of the scores holds, when absent. */
  reranking?: RerankStage | undefined;
}

export type Retrieve = (
  access: Access,
  request: RetrieveRequest,
  signal: AbortSignal,
) => Promise<RetrieveResponse>;

const DEFAULT_LIMIT = 8;

/**
 * Question to passages: understand it, embed it, find candidates (both searches, fusion, realtime check), rescore and rerank them,
 * arrange them as passages, and say how likely these answer it.
 */
export function createRetrieve({
  index,
  embedQuery,
  confidenceOf,
  candidates,
  watermarkWaitMs,
  understand = createUnderstand(),
  rescore = createRescore(),
  reranking,
}: RetrieveOptions): Retrieve {
  const retrieve = async (
    access: Access,
    { query: question, limit = DEFAULT_LIMIT, filter, after, history = [] }: RetrieveRequest,
    signal: AbortSignal,
    span: Span | undefined,
  ): Promise<RetrieveResponse> => {
    const stages = createStages();
    if (after !== undefined) {
      const wanted = decodeWatermark(after);
      await stages.run('wait', () => awaitWatermark(index, wanted, { timeoutMs: watermarkWaitMs, signal }));
    }
    const {
      query: understood,
      searches,
      degraded,
    } = await stages.run('understand', () => understand(question, history, signal));

    const embed = async (text: string) => ({ text, vector: await embedQuery(text, signal) });
    // Read before the search: what is searchable now is found by it.
    const [watermark, texts] = await Promise.all([
      index.watermark(),
      stages.run('embed', () => Promise.all(searches.map(embed))),
    ]);
    const { query, fused, current } = await findCandidates(texts, {
      query: understood,
      limit,
      candidates: Math.max(candidates, 2 * limit),
      pageSize: Math.max(2 * limit, RESCORED_CHUNKS, reranking?.candidates ?? 0),
      index,
      access,
      filter,
      embed,
      stages,
      signal,
    });

    const rescored = await stages.run('rescore', () => rescore(query, current));
    const reranked =
      reranking && (await stages.run('rerank', () => reranking.rerank(query, rescored, signal)));
    if (reranking && !reranked) degraded.push('rerank');

    const passages = await stages.run('arrange', () =>
      arrange(reranked ?? rescored, { limit }).map(toPassage),
    );
    const confidence = round(await stages.run('confidence', () => confidenceOf(query, passages)), 3);

    const timings = stages.timings();
    span?.setAttributes({
      'freshet.retrieval.searches': searches.length,
      'freshet.retrieval.candidates': fused.length,
      'freshet.retrieval.checked': current.length,
      'freshet.retrieval.passages': passages.length,
      'freshet.retrieval.confidence': confidence,
      ...(after === undefined ? {} : { 'freshet.retrieval.wait_ms': timings.waitMs }),
      ...(degraded.length === 0 ? {} : { 'freshet.retrieval.degraded': degraded }),
    });
    setContent(span, () => ({
      'gen_ai.retrieval.query.text': query,
      'gen_ai.retrieval.documents': JSON.stringify(
        passages.map(({ source, documentId, score }) => ({ id: `${source}/${documentId}`, score })),
      ),
    }));
    return {
      passages,
      confidence,
      ...(query === question ? {} : { query }),
      ...(degraded.length === 0 ? {} : { degraded }),
      watermark: encodeWatermark(watermark),
      timings,
    };
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
