import type { Qrels } from './beir.ts';

/** Query id -> document ids, best first, each once. */
export type Run = Map<string, string[]>;

/** Mean share of a query's relevant documents among its first k, as trec_eval's `recall_k`. */
export function recallAt(k: number, run: Run, qrels: Qrels): number {
  return mean(qrels, (query, relevant) => {
    const wanted = [...relevant].filter(([, grade]) => grade > 0).map(([document]) => document);
    const found = new Set((run.get(query) ?? []).slice(0, k));
    return wanted.filter((document) => found.has(document)).length / wanted.length;
  });
}

/** Mean normalised discounted cumulative gain of the first k, with linear gains, as trec_eval's `ndcg_cut_k`. */
export function ndcgAt(k: number, run: Run, qrels: Qrels): number {
  return mean(qrels, (query, relevant) => {
    const gains = (run.get(query) ?? []).map((document) => relevant.get(document) ?? 0);
    const ideal = [...relevant.values()].sort((a, b) => b - a);
    return discounted(gains, k) / discounted(ideal, k);
  });
}

function discounted(gains: readonly number[], k: number): number {
  return gains.slice(0, k).reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
}

/** Over the queries that have something relevant. */
function mean(qrels: Qrels, measure: (query: string, relevant: Map<string, number>) => number): number {
  const values = [...qrels]
    .filter(([, relevant]) => [...relevant.values()].some((grade) => grade > 0))
    .map(([query, relevant]) => measure(query, relevant));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that at least `share` of all are not above (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
