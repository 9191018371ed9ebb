import type { Reranker } from '@freshet/models/reranking';
import type { OptionalStep } from './optional-step.ts';
import type { CurrentChunk } from './realtime-check.ts';

export interface RerankStageOptions {
  reranker: Reranker;
  /** How many of the best are read again. */
  candidates: number;
  step: OptionalStep;
}

export interface RerankStage {
  readonly candidates: number;
  /** The best candidates by the model, then the others as they were; `undefined` when it gave no scores. */
  rerank(
    query: string,
    chunks: readonly CurrentChunk[],
    signal: AbortSignal,
  ): Promise<CurrentChunk[] | undefined>;
}

/** Reads chunks after the realtime check alone: no text leaves that the caller may not see. */
export function createRerankStage({ reranker, candidates, step }: RerankStageOptions): RerankStage {
  return {
    candidates,
    async rerank(query, chunks, signal) {
      const read = chunks.slice(0, candidates);
      if (read.length < 2) return [...chunks];
      const scores = await step(
        (limited) => reranker.rerank(query, read.map(toText), { signal: limited }),
        signal,
      );
      if (!scores) return undefined;
      const scored = read.map((chunk, i) => ({ ...chunk, rerankScore: scores[i]! }));
      // Stable: equal scores stay in the fused order.
      scored.sort((a, b) => b.rerankScore - a.rerankScore);
      return [...scored, ...chunks.slice(candidates)];
    },
  };
}

function toText({ chunk }: CurrentChunk): string {
  const context = [chunk.manifest.title, ...chunk.headingPath].filter(Boolean).join(' > ');
  return context === '' ? chunk.text : `${context}\n${chunk.text}`;
}
