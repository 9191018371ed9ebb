import { bootstrapRatio, type Estimate } from '../bootstrap.ts';
import { percentile } from '../metrics.ts';
import type { ReportHead } from '../report/report.ts';
import { roundFigure } from '../rounding.ts';
import { type AnswerMetric, METRICS, measurable } from './metrics.ts';
import type { AnswerResult } from './result.ts';

export interface AnswerReportHead extends ReportHead {
  /** The route that was asked; absent for the default one. */
  route?: string;
}

export interface AnswerReport extends AnswerReportHead {
  kind: 'answers';
  questions: number;
  unanswerableQuestions: number;
  /** Answers by the route that gave them: others than the asked one stood in for it. */
  answeredBy: Record<string, number>;
  /** Answers that failed, by code. */
  failures: Record<string, number>;
  /** Those that the set and the prices allow. */
  metrics: Partial<Record<AnswerMetric, Estimate>>;
  milliseconds: { firstDelta: Percentiles; total: Percentiles };
  results: AnswerResult[];
}

export interface Percentiles {
  p50: number;
  p95: number;
}

/** @param results at least one */
export function createAnswerReport(head: AnswerReportHead, results: AnswerResult[]): AnswerReport {
  const metrics = measurable(results).map((name) => {
    const shares = results.flatMap((result) => METRICS[name].measure(result) ?? []);
    const { mean, low, high } = bootstrapRatio(shares);
    return [name, { mean: roundFigure(mean), low: roundFigure(low), high: roundFigure(high) }] as const;
  });
  return {
    kind: 'answers',
    ...head,
    questions: results.length,
    unanswerableQuestions: results.filter(({ isAnswerable }) => !isAnswerable).length,
    answeredBy: countBy(results, ({ route }) => route),
    failures: countBy(results, ({ code }) => code),
    metrics: Object.fromEntries(metrics),
    milliseconds: {
      firstDelta: percentiles(results.flatMap(({ firstDeltaMs }) => firstDeltaMs ?? [])),
      total: percentiles(results.flatMap(({ totalMs }) => totalMs ?? [])),
    },
    results,
  };
}

function countBy(
  results: readonly AnswerResult[],
  nameOf: (result: AnswerResult) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const name = nameOf(result);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function percentiles(times: readonly number[]): Percentiles {
  return { p50: roundFigure(percentile(times, 0.5)), p95: roundFigure(percentile(times, 0.95)) };
}
