import { METRICS } from '../metrics.ts';
import type { Report } from './report.ts';

/** One flat object, for `--json` and for a table: each metric with its 95 % interval. */
export function summarise(report: Report): Record<string, unknown> {
  const { byDocument, byPassage, answerable, milliseconds } = report;
  return {
    dataset: report.dataset,
    index: report.index,
    half: report.half,
    ...(report.sample ? { sample: report.sample } : {}),
    documents: report.documents,
    questions: report.questions,
    unanswerableQuestions: report.unanswerableQuestions,
    ...Object.fromEntries(METRICS.map((metric) => [metric, byDocument[metric].mean])),
    ...Object.fromEntries(
      METRICS.map((metric) => [`${metric}CI`, [byDocument[metric].low, byDocument[metric].high]]),
    ),
    passages: byPassage
      ? {
          questions: byPassage.questions,
          ...Object.fromEntries(METRICS.map((metric) => [metric, byPassage[metric].mean])),
        }
      : 'this set labels no passages',
    ...(answerable
      ? {
          answerableAuroc: answerable.auroc,
          answerableSignal: answerable.signal,
          answerableAurocBy: answerable.aurocBy,
        }
      : {}),
    retrieveP50Ms: milliseconds.p50,
    retrieveP90Ms: milliseconds.p90,
    retrieveP95Ms: milliseconds.p95,
    retrieveP99Ms: milliseconds.p99,
    timesHoldEmbedding: report.embedsQuestions,
  };
}
