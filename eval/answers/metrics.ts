import type { Share } from '../bootstrap.ts';
import type { AnswerResult } from './result.ts';

/** What one question gives to a metric; `undefined` where the metric does not ask about it. */
type Measure = (result: AnswerResult) => Share | undefined;

interface Metric {
  measure: Measure;
  /** For the page of a report. */
  meaning: string;
  isLowerBetter?: boolean;
}

function defineMetrics<Name extends string>(metrics: Record<Name, Metric>): Record<Name, Metric> {
  return metrics;
}

const of = (part: number | boolean): Share => ({ part: Number(part), whole: 1 });

function ofScores(read: (scores: NonNullable<AnswerResult['scores']>) => number): Measure {
  return ({ scores }) => scores && of(read(scores));
}

function ofAnswerable(measure: Measure): Measure {
  return (result) => (result.isAnswerable ? measure(result) : undefined);
}

/** Of the answers that were given, no refusals, to answerable questions. */
function ofAnswers(measure: Measure): Measure {
  return ofAnswerable((result) => (result.outcome === 'answered' ? measure(result) : undefined));
}

/** Of questions whose cost is known: those that failed do not say what they used. */
function ofEnded(measure: Measure): Measure {
  return (result) => (result.outcome === 'failed' ? undefined : measure(result));
}

/** Every metric of answers, each a ratio of sums over the questions. */
export const METRICS = defineMetrics({
  exactMatch: { measure: ofScores(({ exactMatch }) => exactMatch), meaning: 'SQuAD 2.0, all questions' },
  f1: { measure: ofScores(({ f1 }) => f1), meaning: 'SQuAD 2.0, all questions' },
  exactMatchAnswerable: {
    measure: ofAnswerable(ofScores(({ exactMatch }) => exactMatch)),
    meaning: 'of answerable questions',
  },
  f1Answerable: { measure: ofAnswerable(ofScores(({ f1 }) => f1)), meaning: 'of answerable questions' },
  answerContained: {
    measure: ofAnswerable(ofScores(({ answerContained }) => answerContained)),
    meaning: 'answerable questions whose answer has one of the set within it',
  },
  refusedUnanswerable: {
    measure: ({ isAnswerable, outcome }) => (isAnswerable ? undefined : of(outcome === 'refused')),
    meaning: 'unanswerable questions that were refused',
  },
  refusedAnswerable: {
    measure: ofAnswerable(({ outcome }) => of(outcome === 'refused')),
    meaning: 'answerable questions that were refused',
    isLowerBetter: true,
  },
  supportedShare: {
    measure: ({ sentences: { supported, partly, unsupported } }) => {
      const whole = supported + partly + unsupported;
      return whole > 0 ? { part: supported, whole } : undefined;
    },
    meaning: 'checked sentences that are supported',
  },
  citationPrecision: {
    measure: ofAnswers(({ cited }) =>
      cited.passages > 0 ? { part: cited.evidence, whole: cited.passages } : undefined,
    ),
    meaning: 'cited passages that hold the evidence, of answers to answerable questions',
  },
  citationRecall: {
    measure: ofAnswers(({ cited }) => of(cited.evidence > 0)),
    meaning: 'answers to answerable questions that cite the evidence',
  },
  evidenceFound: {
    measure: ({ isEvidenceFound }) => (isEvidenceFound === undefined ? undefined : of(isEvidenceFound)),
    meaning: 'answerable questions whose passages hold the evidence',
  },
  failed: {
    measure: ({ outcome }) => of(outcome === 'failed'),
    meaning: 'questions without an answer',
    isLowerBetter: true,
  },
  tokensPerAnswer: {
    measure: ofEnded(({ inputTokens, outputTokens }) => of(inputTokens + outputTokens)),
    meaning: 'of prompt and answer, every call counted',
    isLowerBetter: true,
  },
  usdPerAnswer: {
    measure: ofEnded(({ costUsd }) => (costUsd === undefined ? undefined : of(costUsd))),
    meaning: 'dollars, every call counted',
    isLowerBetter: true,
  },
});

export type AnswerMetric = keyof typeof METRICS;
export const ANSWER_METRICS = Object.keys(METRICS) as AnswerMetric[];

/**
 * The metrics that a run can give. A set without answers word for word has no exact match and no F1, and where a call
 * has no price, a mean over the others would be no mean.
 */
export function measurable(results: readonly AnswerResult[]): AnswerMetric[] {
  const hasAnswers = results.some(({ isAnswerable, scores }) => isAnswerable && scores);
  const isPriced = results.every(({ outcome, costUsd }) => outcome === 'failed' || costUsd !== undefined);
  return ANSWER_METRICS.filter((name) => {
    if (name === 'usdPerAnswer' && !isPriced) return false;
    if ((name === 'exactMatch' || name === 'f1') && !hasAnswers) return false;
    return results.some((result) => METRICS[name].measure(result) !== undefined);
  });
}
