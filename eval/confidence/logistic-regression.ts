import type { LogisticModel } from '@freshet/retriever/confidence/confidence';
import type { Features } from '@freshet/retriever/confidence/features';

export interface Example {
  features: Features;
  isTrue: boolean;
  /** How much the example counts. */
  weight: number;
}

export interface FitOptions {
  /** Those that the model may use; all of them, where it is absent. */
  names?: readonly string[];
  /** Strength of the ridge penalty, a feature. */
  ridge?: number;
  iterations?: number;
  /** -1 or 1 where a feature's weight must not have the other sign; 0 where it may have any. */
  signOf?: (feature: string) => -1 | 0 | 1;
}

/**
 * Weighted logistic regression with a ridge penalty and signs that are given, by accelerated projected gradient
 * descent (Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm", 2009).
 */
export function fitLogisticRegression(
  examples: readonly Example[],
  {
    names = Object.keys(examples[0]?.features ?? {}),
    ridge = 0.002,
    iterations = 1_500,
    signOf = () => 0,
  }: FitOptions = {},
): LogisticModel {
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const shares = examples.map(({ weight }) => weight / total);
  const scales = names.map((name) => standardise(examples, shares, name));
  const rows = examples.map(({ features }) =>
    Float64Array.from(scales, ({ name, mean, scale }) =>
      Math.max(-5, Math.min(5, ((features[name] ?? 0) - mean) / scale)),
    ),
  );
  const signs = names.map(signOf);
  // Curvature of the loss is at most a quarter of the sum of squares, which is one a feature and the bias.
  const step = 1 / ((names.length + 1) / 4 + ridge);
  let weights = new Float64Array(names.length + 1);
  let ahead = weights;
  let momentum = 1;
  for (let i = 0; i < iterations; i += 1) {
    const gradient = gradientAt(ahead, rows, examples, shares, ridge);
    const next = ahead.map((weight, j) => project(weight - step * (gradient[j] as number), signs[j] ?? 0));
    const nextMomentum = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const pull = (momentum - 1) / nextMomentum;
    const previous = weights;
    ahead = next.map((weight, j) => weight + pull * (weight - (previous[j] as number)));
    weights = next;
    momentum = nextMomentum;
  }
  return {
    bias: round(weights[names.length] as number),
    features: Object.fromEntries(
      scales.map(({ name, mean, scale }, j) => [
        name,
        { mean: round(mean), scale: round(scale), weight: round(weights[j] as number) },
      ]),
    ),
  };
}

function standardise(examples: readonly Example[], shares: readonly number[], name: string) {
  const values = examples.map(({ features }) => features[name] ?? 0);
  const mean = values.reduce((sum, value, i) => sum + value * (shares[i] as number), 0);
  const variance = values.reduce((sum, value, i) => sum + (value - mean) ** 2 * (shares[i] as number), 0);
  return { name, mean, scale: Math.sqrt(variance) || 1 };
}

/** The bias stands after the features, and has no penalty. */
function gradientAt(
  weights: Float64Array,
  rows: readonly Float64Array[],
  examples: readonly Example[],
  shares: readonly number[],
  ridge: number,
): Float64Array {
  const last = weights.length - 1;
  const gradient = weights.map((weight, j) => (j === last ? 0 : ridge * weight));
  for (const [i, row] of rows.entries()) {
    let sum = weights[last] as number;
    for (let j = 0; j < last; j += 1) sum += (weights[j] as number) * (row[j] as number);
    const error = 1 / (1 + Math.exp(-sum)) - Number(examples[i]?.isTrue);
    const share = error * (shares[i] as number);
    for (let j = 0; j < last; j += 1) gradient[j] = (gradient[j] as number) + share * (row[j] as number);
    gradient[last] = (gradient[last] as number) + share;
  }
  return gradient;
}

function project(weight: number, sign: -1 | 0 | 1): number {
  return sign !== 0 && weight * sign < 0 ? 0 : weight;
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
