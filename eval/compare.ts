import { FreshetError } from '@freshet/shared/errors';
import { METRICS, type Metric, mean, type Scores } from './metrics.ts';
import { randomizationTest } from './paired-test.ts';
import type { Report } from './report/report.ts';
import { roundFigure } from './rounding.ts';

export interface MetricComparison {
  a: number;
  b: number;
  difference: number;
  /** Two-sided, of a paired randomization test; not corrected for the number of metrics. */
  p: number;
  /** Ids of the questions that the second run answers better, and worse. */
  won: string[];
  lost: string[];
}

export interface Comparison {
  dataset: string;
  /** That both runs asked; those of one alone are left out. */
  questions: number;
  leftOut: number;
  metrics: Record<Metric, MetricComparison>;
}

type ComparedReport = Pick<Report, 'dataset' | 'results'>;

/**
 * Compares two runs by document, question by question.
 * @throws FreshetError FRESHET_REQUEST_INVALID when they are of different sets or share no answerable question
 */
export function compare(a: ComparedReport, b: ComparedReport): Comparison {
  if (a.dataset !== b.dataset)
    throw invalid(`The runs are of different sets, ${a.dataset} and ${b.dataset}.`);
  const [scoresOfA, scoresOfB] = [scoresById(a), scoresById(b)];
  const pairs = [...scoresOfA].flatMap(([id, before]) => {
    const after = scoresOfB.get(id);
    return after ? [{ id, before, after }] : [];
  });
  if (pairs.length === 0) throw invalid('The runs share no question; give two runs of the same half.');
  const metrics = METRICS.map((metric) => [metric, comparePairs(by(metric, pairs))]);
  return {
    dataset: a.dataset,
    questions: pairs.length,
    leftOut: scoresOfA.size + scoresOfB.size - 2 * pairs.length,
    metrics: Object.fromEntries(metrics) as Record<Metric, MetricComparison>,
  };
}

/**
 * Compares two runs by the value that each gives to the same question.
 * @param pairs at least one
 */
export function comparePairs(
  pairs: readonly { id: string; before: number; after: number }[],
  { isLowerBetter = false }: { isLowerBetter?: boolean } = {},
): MetricComparison {
  const differences = pairs.map(({ before, after }) => after - before);
  const sign = isLowerBetter ? -1 : 1;
  const idsOf = (direction: number) =>
    pairs.filter((_, i) => Math.sign(differences[i]!) === direction).map(({ id }) => id);
  return {
    a: roundFigure(mean(pairs.map(({ before }) => before))),
    b: roundFigure(mean(pairs.map(({ after }) => after))),
    difference: roundFigure(mean(differences)),
    p: roundFigure(randomizationTest(differences)),
    won: idsOf(sign),
    lost: idsOf(-sign),
  };
}

function by(metric: Metric, pairs: readonly { id: string; before: Scores; after: Scores }[]) {
  return pairs.map(({ id, before, after }) => ({ id, before: before[metric], after: after[metric] }));
}

function scoresById({ results }: ComparedReport): Map<string, Scores> {
  return new Map(results.flatMap(({ id, scores }) => (scores ? [[id, scores] as const] : [])));
}

function invalid(detail: string): FreshetError {
  return new FreshetError('FRESHET_REQUEST_INVALID', { detail });
}
