import { auroc } from '../auroc.ts';
import { bootstrapMean, type Estimate } from '../bootstrap.ts';
import { METRICS, type Metric, percentile, type Scores } from '../metrics.ts';
import type { SampleSize } from '../sampling.ts';
import type { Half } from '../split.ts';

/** What one question gave. No text of the set is in it. */
export interface QuestionResult {
  id: string;
  isAnswerable: boolean;
  /** Ids of the first ten documents. */
  documents: string[];
  /** By document; absent for a question without a relevant one. */
  scores?: Scores;
  /** By passage, where the set has the answer word for word. */
  passageScores?: Scores;
  signals: Signals;
  milliseconds: number;
}

/** What may tell that the corpus holds an answer; 0 where nothing was found. */
export interface Signals {
  /** The retriever's own. */
  confidence: number;
  /** Fused score of the first passage. */
  score: number;
  /** Highest cosine similarity of the passages. */
  vectorScore: number;
  /** Highest BM25 score of the passages. */
  lexicalScore: number;
}

/** What a caller goes by. */
const CONFIDENCE = 'confidence';

export interface ReportHead {
  dataset: string;
  index: string;
  half: Half;
  sample?: SampleSize;
  embedder: string;
  documents: number;
  skippedDocuments: number;
  /** Whether the times hold the embedding of the question. */
  embedsQuestions: boolean;
}

export interface Report extends ReportHead {
  /** Questions with a relevant document. */
  questions: number;
  unanswerableQuestions: number;
  byDocument: Record<Metric, Estimate>;
  /** `undefined` when the set labels no passages. */
  byPassage?: Record<Metric, Estimate> & { questions: number };
  /** `undefined` when the set has no unanswerable questions. */
  answerable?: { signal: keyof Signals; auroc: number; aurocBy: Record<keyof Signals, number> };
  milliseconds: { p50: number; p90: number; p95: number; p99: number };
  results: QuestionResult[];
}

/** @param results of at least one answerable question */
export function createReport(head: ReportHead, results: QuestionResult[]): Report {
  const scores = results.flatMap((result) => result.scores ?? []);
  const passageScores = results.flatMap((result) => result.passageScores ?? []);
  const answerable = aurocBySignal(results);
  const times = results.map(({ milliseconds }) => milliseconds);
  return {
    ...head,
    questions: scores.length,
    unanswerableQuestions: results.filter(({ isAnswerable }) => !isAnswerable).length,
    byDocument: estimate(scores),
    ...(passageScores.length > 0
      ? { byPassage: { questions: passageScores.length, ...estimate(passageScores) } }
      : {}),
    ...(answerable
      ? { answerable: { signal: CONFIDENCE, auroc: answerable[CONFIDENCE], aurocBy: answerable } }
      : {}),
    milliseconds: {
      p50: round(percentile(times, 0.5)),
      p90: round(percentile(times, 0.9)),
      p95: round(percentile(times, 0.95)),
      p99: round(percentile(times, 0.99)),
    },
    results,
  };
}

function estimate(scores: readonly Scores[]): Record<Metric, Estimate> {
  const estimates = METRICS.map((metric) => {
    const { mean, low, high } = bootstrapMean(scores.map((score) => score[metric]));
    return [metric, { mean: round(mean), low: round(low), high: round(high) }];
  });
  return Object.fromEntries(estimates) as Record<Metric, Estimate>;
}

function aurocBySignal(results: readonly QuestionResult[]): Record<keyof Signals, number> | undefined {
  const by = (signal: keyof Signals) => {
    const valuesOf = (isAnswerable: boolean) =>
      results.filter((result) => result.isAnswerable === isAnswerable).map(({ signals }) => signals[signal]);
    return auroc(valuesOf(true), valuesOf(false));
  };
  const signals = ['confidence', 'score', 'vectorScore', 'lexicalScore'] as const;
  const found = signals.map((signal) => [signal, by(signal)] as const);
  if (found.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(found.map(([signal, value]) => [signal, round(value ?? 0)])) as Record<
    keyof Signals,
    number
  >;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
