import { percentile } from '../metrics.ts';

export interface RefusalPoint {
  /** Of the answerable questions, 0 to 1. */
  refusedAnswerable: number;
  /** Confidence below which so many are refused. */
  threshold: number;
  /** Share that is refused of other questions, by their name. */
  refused: Record<string, number>;
}

const SHARES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3];

/** What is refused of other questions, for what is lost of the answerable ones. */
export function refusalCurve(
  answerable: readonly number[],
  others: Record<string, readonly number[]>,
): RefusalPoint[] {
  return SHARES.map((refusedAnswerable) => {
    const threshold = percentile(answerable, refusedAnswerable);
    const refused = Object.entries(others).map(([name, scores]) => {
      const share = scores.filter((score) => score < threshold).length / scores.length;
      return [name, Number(share.toFixed(4))];
    });
    return {
      refusedAnswerable,
      threshold: Number(threshold.toFixed(4)),
      refused: Object.fromEntries(refused) as Record<string, number>,
    };
  });
}
