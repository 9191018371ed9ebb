import type { Labels } from './beir.ts';

export const METRICS = ['recall@1', 'recall@5', 'recall@10', 'ndcg@10', 'mrr@10'] as const;
export type Metric = (typeof METRICS)[number];
export type Scores = Record<Metric, number>;

/**
 * Scores of one question, as trec_eval defines them: `recall_k`, `ndcg_cut_10` with linear gains, `recip_rank` of the
 * first ten. Grades of 0 and below, and what has no label, gain nothing.
 * @param ranking ids, best first, each once
 * @param labels at least one of them above 0
 */
export function scoreRanking(ranking: readonly string[], labels: Labels): Scores {
  return {
    'recall@1': recallAt(1, ranking, labels),
    'recall@5': recallAt(5, ranking, labels),
    'recall@10': recallAt(10, ranking, labels),
    'ndcg@10': ndcgAt(10, ranking, labels),
    'mrr@10': reciprocalRankAt(10, ranking, labels),
  };
}

function gainOf(labels: Labels, id: string): number {
  return Math.max(0, labels.get(id) ?? 0);
}

function recallAt(k: number, ranking: readonly string[], labels: Labels): number {
  const relevant = [...labels.values()].filter((grade) => grade > 0).length;
  return ranking.slice(0, k).filter((id) => gainOf(labels, id) > 0).length / relevant;
}

/** Normalised discounted cumulative gain. */
function ndcgAt(k: number, ranking: readonly string[], labels: Labels): number {
  const gains = ranking.map((id) => gainOf(labels, id));
  const ideal = [...labels.keys()].map((id) => gainOf(labels, id)).sort((a, b) => b - a);
  return discounted(gains, k) / discounted(ideal, k);
}

function discounted(gains: readonly number[], k: number): number {
  return gains.slice(0, k).reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
}

function reciprocalRankAt(k: number, ranking: readonly string[], labels: Labels): number {
  const rank = ranking.slice(0, k).findIndex((id) => gainOf(labels, id) > 0);
  return rank === -1 ? 0 : 1 / (rank + 1);
}

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that at least `share` of all are not above (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
