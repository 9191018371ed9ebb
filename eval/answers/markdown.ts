import { table } from '../report/markdown.ts';
import { ANSWER_METRICS, METRICS } from './metrics.ts';
import type { AnswerReport, Percentiles } from './report.ts';

/** The report as a page: what was asked of which route, the metrics with their intervals, the times. */
export function answersToMarkdown(report: AnswerReport): string {
  const { metrics, milliseconds, answeredBy, failures } = report;
  const asked = `${report.questions} questions, ${report.unanswerableQuestions} of them unanswerable`;
  const route = report.route === undefined ? 'the default route' : `route \`${report.route}\``;
  return `${[
    `# Answers on ${report.dataset}, ${route}`,
    `${report.documents} documents${report.sample ? ', a sample of the set' : ''}, ${asked} (${report.half === 'all' ? 'both halves' : `half \`${report.half}\``}), index ${report.index}.`,
    `Answered by ${counts(answeredBy)}. Failures: ${counts(failures)}.`,
    '95 % intervals by bootstrap over the questions.',
    table(
      ['metric', 'value', 'meaning'],
      ANSWER_METRICS.map((name) => {
        const estimate = metrics[name];
        const value = estimate
          ? `${figure(estimate.mean)} (${figure(estimate.low)} to ${figure(estimate.high)})`
          : 'not measured';
        return [name, value, METRICS[name].meaning];
      }),
    ),
    `Milliseconds ${report.embedsQuestions ? 'with' : 'without'} the embedding of the question: to the first text ${times(milliseconds.firstDelta)}; to the end ${times(milliseconds.total)}.`,
  ].join('\n\n')}\n`;
}

function counts(of: Record<string, number>): string {
  const all = Object.entries(of).map(([name, count]) => `\`${name}\` ${count}`);
  return all.join(', ') || 'none';
}

function times({ p50, p95 }: Percentiles): string {
  return `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}`;
}

function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value !== 0 && value < 0.01 ? value.toPrecision(3) : value.toFixed(3);
}
