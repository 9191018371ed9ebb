import { ANSWER_METRICS } from './metrics.ts';
import type { AnswerReport } from './report.ts';

/** One flat object, for `--json`: each metric with its 95 % interval, `null` where it could not be measured. */
export function summariseAnswers(report: AnswerReport): Record<string, unknown> {
  const { metrics, milliseconds } = report;
  return {
    dataset: report.dataset,
    index: report.index,
    half: report.half,
    ...(report.sample ? { sample: report.sample } : {}),
    route: report.route ?? 'the default',
    answeredBy: report.answeredBy,
    failures: report.failures,
    documents: report.documents,
    questions: report.questions,
    unanswerableQuestions: report.unanswerableQuestions,
    ...Object.fromEntries(ANSWER_METRICS.map((name) => [name, metrics[name]?.mean ?? null])),
    ...Object.fromEntries(Object.entries(metrics).map(([name, { low, high }]) => [`${name}CI`, [low, high]])),
    firstDeltaP50Ms: milliseconds.firstDelta.p50,
    firstDeltaP95Ms: milliseconds.firstDelta.p95,
    answerP50Ms: milliseconds.total.p50,
    answerP95Ms: milliseconds.total.p95,
    timesHoldEmbedding: report.embedsQuestions,
  };
}
