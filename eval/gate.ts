import type { Report } from './report/report.ts';

/** What a metric was when it was last accepted, and how much lower it may be. */
export interface Threshold {
  baseline: number;
  maxDrop: number;
}

export interface Violation {
  metric: string;
  baseline: number;
  /** `undefined` when the evaluation no longer gives this metric. */
  value: number | undefined;
}

/** The value of a metric by document, such as `recall@5`, by passage, `passages.recall@5`, or `answerableAuroc`. */
export function metricOf(metric: string, { byDocument, byPassage, answerable }: Report): number | undefined {
  if (metric === 'answerableAuroc') return answerable?.auroc;
  const [, of, name = ''] = /^(passages\.)?(.+)$/.exec(metric) ?? [];
  const estimates: Record<string, unknown> | undefined = of ? byPassage : byDocument;
  return (estimates?.[name] as { mean: number } | undefined)?.mean;
}

/** Metrics that dropped by more than they may, or that are no longer measured. */
export function findViolations(thresholds: Record<string, Threshold>, report: Report): Violation[] {
  return Object.entries(thresholds).flatMap(([metric, { baseline, maxDrop }]) => {
    const value = metricOf(metric, report);
    // Both are rounded to four digits.
    const isKept = value !== undefined && baseline - value <= maxDrop + 5e-5;
    return isKept ? [] : [{ metric, baseline, value }];
  });
}
