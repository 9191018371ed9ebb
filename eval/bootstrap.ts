import { seededRandom } from '@freshet/testkit/seeded-random';
import { mean, percentile } from './metrics.ts';

export interface Estimate {
  mean: number;
  /** Bounds of the 95 % confidence interval. */
  low: number;
  high: number;
}

/** What one question gives to a ratio: such as its supported sentences, of all of its sentences. */
export interface Share {
  part: number;
  whole: number;
}

export interface BootstrapOptions {
  seed?: number;
  resamples?: number;
}

/**
 * Mean with the percentile bootstrap's 95 % interval (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
 * chapter 13). The same values and seed give the same interval.
 * @param values one a question, at least one
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions = {}): Estimate {
  const { low, high } = bootstrapRatio(
    values.map((part) => ({ part, whole: 1 })),
    options,
  );
  return { mean: mean(values), low, high };
}

/**
 * The sum of the parts over the sum of the wholes, with the same interval. Questions are drawn, not what they count:
 * the sentences of one answer are no independent draws.
 * @param shares one a question, at least one with a whole above 0; NaN without
 */
export function bootstrapRatio(
  shares: readonly Share[],
  { seed = 1, resamples = 2_000 }: BootstrapOptions = {},
): Estimate {
  const random = seededRandom(seed);
  const ratios: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    let parts = 0;
    let wholes = 0;
    for (let i = 0; i < shares.length; i += 1) {
      const { part, whole } = shares[Math.floor(random() * shares.length)] as Share;
      parts += part;
      wholes += whole;
    }
    // A draw of questions that count nothing says nothing.
    if (wholes > 0) ratios.push(parts / wholes);
  }
  const total = (of: keyof Share) => shares.reduce((sum, share) => sum + share[of], 0);
  return {
    mean: total('part') / total('whole'),
    low: percentile(ratios, 0.025),
    high: percentile(ratios, 0.975),
  };
}
