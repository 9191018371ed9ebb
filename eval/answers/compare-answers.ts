import type { Share } from '../bootstrap.ts';
import { comparePairs, type MetricComparison } from '../compare.ts';
import { invalid } from '../options.ts';
import { ANSWER_METRICS, type AnswerMetric, METRICS, measurable } from './metrics.ts';
import type { AnswerReport } from './report.ts';

/** A p-value below is taken for a difference. */
const SIGNIFICANT = 0.05;

export interface AnswerComparison {
  dataset: string;
  /** Names of the routes. */
  a: string;
  b: string;
  /** That both runs asked; those of one alone are left out. */
  questions: number;
  leftOut: number;
  /** Each over the questions to which both runs give it; see `questions` of it. */
  metrics: Partial<Record<AnswerMetric, MetricComparison & { questions: number }>>;
  decision: Decision;
}

export interface Decision {
  by: AnswerMetric;
  p: number;
  /** The route that is better; absent where the questions show no difference. */
  better?: string;
  /** Other metrics by which the better one is significantly worse. */
  worseBy: AnswerMetric[];
}

type ComparedReport = Pick<AnswerReport, 'dataset' | 'results' | 'route'>;

/**
 * Compares the answers of two routes question by question, and decides by one metric which is better.
 * @throws FreshetError FRESHET_REQUEST_INVALID when the runs are of different sets, share no question, or lack the metric
 */
export function compareAnswers(
  a: ComparedReport,
  b: ComparedReport,
  { by = 'f1' }: { by?: AnswerMetric } = {},
): AnswerComparison {
  if (a.dataset !== b.dataset)
    throw invalid(`The runs are of different sets, ${a.dataset} and ${b.dataset}.`);
  const after = new Map(b.results.map((result) => [result.id, result]));
  const asked = a.results.flatMap((before) => {
    const other = after.get(before.id);
    return other ? [{ id: before.id, before, after: other }] : [];
  });
  if (asked.length === 0) throw invalid('The runs share no question; give two runs of the same half.');
  const inB = new Set(measurable(b.results));
  const common = measurable(a.results).filter((name) => inB.has(name));
  const metrics: AnswerComparison['metrics'] = {};
  for (const name of common) {
    const { measure, isLowerBetter = false } = METRICS[name];
    const pairs = asked.flatMap(({ id, before, after }) => {
      const [one, other] = [measure(before), measure(after)];
      return one && other ? [{ id, before: ratioOf(one), after: ratioOf(other) }] : [];
    });
    if (pairs.length > 0) {
      metrics[name] = { ...comparePairs(pairs, { isLowerBetter }), questions: pairs.length };
    }
  }
  return {
    dataset: a.dataset,
    a: nameOf(a),
    b: nameOf(b),
    questions: asked.length,
    leftOut: a.results.length + b.results.length - 2 * asked.length,
    metrics,
    decision: decide(metrics, { by, a: nameOf(a), b: nameOf(b) }),
  };
}

function decide(
  metrics: AnswerComparison['metrics'],
  { by, a, b }: { by: AnswerMetric; a: string; b: string },
): Decision {
  const deciding = metrics[by];
  if (!deciding) {
    throw invalid(`The runs cannot be compared by ${by}; there are: ${Object.keys(metrics).join(', ')}.`);
  }
  const winner = winnerOf(by, deciding);
  if (winner === undefined) return { by, p: deciding.p, worseBy: [] };
  const worseBy = ANSWER_METRICS.filter((name) => {
    const other = metrics[name] && winnerOf(name, metrics[name]);
    return other !== undefined && other !== winner;
  });
  return { by, p: deciding.p, better: winner === 'a' ? a : b, worseBy };
}

function winnerOf(name: AnswerMetric, { difference, p }: MetricComparison): 'a' | 'b' | undefined {
  if (p >= SIGNIFICANT || difference === 0) return undefined;
  return difference > 0 !== (METRICS[name].isLowerBetter ?? false) ? 'b' : 'a';
}

function nameOf({ route }: ComparedReport): string {
  return route ?? 'default';
}

function ratioOf({ part, whole }: Share): number {
  return part / whole;
}
