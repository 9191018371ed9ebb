import { seededRandom } from '@freshet/testkit/seeded-random';
import { mean, percentile } from './metrics.ts';

export interface Estimate {
  mean: number;
  /** Bounds of the 95 % confidence interval. */
  low: number;
  high: number;
}

/**
 * Mean with the percentile bootstrap's 95 % interval (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
 * chapter 13). The same values and seed give the same interval.
 * @param values one a question, at least one
 */
export function bootstrapMean(
  values: readonly number[],
  { seed = 1, resamples = 2_000 }: { seed?: number; resamples?: number } = {},
): Estimate {
  const random = seededRandom(seed);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) sum += values[Math.floor(random() * values.length)] as number;
    return sum / values.length;
  });
  return { mean: mean(values), low: percentile(means, 0.025), high: percentile(means, 0.975) };
}
