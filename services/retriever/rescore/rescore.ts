import type { CurrentChunk } from '../realtime-check.ts';
import { RESCORE_FEATURES, type RescoreFeatures, rescoreFeatures } from './features.ts';
import model from './model.json' with { type: 'json' };

/** A weight a feature. */
export type RescoreModel = Record<keyof RescoreFeatures, number>;

/** Puts checked chunks in another order, with scores from 0 to 1 that say so. */
export type Rescore = (query: string, chunks: readonly CurrentChunk[]) => CurrentChunk[];

/** Chunks that are read for it; those behind them keep their place. */
export const RESCORED_CHUNKS = 30;

/**
 * Scores the best chunks anew by how they hold the question's words, which a search does not see: a linear model,
 * fitted by `npm run eval:rescoring`, see docs/adr/0017-rescoring.md.
 */
export function createRescore(weights: RescoreModel = model): Rescore {
  const most = RESCORE_FEATURES.reduce((sum, name) => sum + Math.max(0, weights[name]), 0);
  return (query, chunks) => {
    const read = chunks.slice(0, RESCORED_CHUNKS);
    const features = rescoreFeatures(query, read);
    const rescored = read.map((chunk, i) => {
      const score = linearScore(weights, features[i] as RescoreFeatures) / most;
      return { ...chunk, score: Math.max(0, Math.min(1, score)) };
    });
    // Stable: equal scores stay in the fused order.
    rescored.sort((a, b) => b.score - a.score);
    const least = rescored.at(-1)?.score ?? 0;
    const others = chunks.slice(RESCORED_CHUNKS);
    return [...rescored, ...others.map((chunk) => ({ ...chunk, score: Math.min(chunk.score, least) }))];
  };
}

export function linearScore(weights: RescoreModel, features: RescoreFeatures): number {
  return RESCORE_FEATURES.reduce((sum, name) => sum + weights[name] * features[name], 0);
}
