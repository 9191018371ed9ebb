import { seededRandom } from '@freshet/testkit/seeded-random';

/** Sums of floating-point numbers that differ by less are equal. */
const TOLERANCE = 1e-9;

/**
 * Two-sided p-value of a paired randomization test on the mean difference (Smucker, Allan and Carterette, "A Comparison
 * of Statistical Significance Tests for Information Retrieval Evaluation", 2007): how often a difference as large
 * comes out when each question's two scores change places by the toss of a coin. With what was observed counted
 * among the rounds (Phipson and Smyth, 2010), it is never 0.
 * @param differences one a question: its score in one run less its score in the other
 */
export function randomizationTest(
  differences: readonly number[],
  { seed = 1, rounds = 10_000 }: { seed?: number; rounds?: number } = {},
): number {
  const changed = differences.filter((difference) => difference !== 0);
  const observed = Math.abs(changed.reduce((sum, difference) => sum + difference, 0));
  const random = seededRandom(seed);
  let asLarge = 1;
  for (let round = 0; round < rounds; round += 1) {
    let sum = 0;
    for (const difference of changed) sum += random() < 0.5 ? difference : -difference;
    if (Math.abs(sum) >= observed - TOLERANCE) asLarge += 1;
  }
  return asLarge / (rounds + 1);
}
