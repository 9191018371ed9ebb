import type { Estimate } from '../bootstrap.ts';
import { METRICS, type Metric } from '../metrics.ts';
import type { Report } from './report.ts';

/** The report as a page: what was run, the metrics with their intervals, the times. */
export function toMarkdown(report: Report): string {
  const { byDocument, byPassage, answerable, milliseconds } = report;
  const asked = `${report.questions} answerable questions${
    report.unanswerableQuestions > 0 ? ` and ${report.unanswerableQuestions} unanswerable ones` : ''
  }`;
  const sample = report.sample ? ', a sample of the set' : '';
  return `${[
    `# Retrieval on ${report.dataset}`,
    `${report.documents} documents${sample}, ${asked} (${report.half === 'all' ? 'both halves' : `half \`${report.half}\``}), index ${report.index}.`,
    `95 % intervals by bootstrap over the questions.`,
    table(
      ['metric', 'by document', 'by passage'],
      METRICS.map((metric) => [
        metric,
        cell(byDocument, metric),
        byPassage ? cell(byPassage, metric) : 'not labelled',
      ]),
    ),
    ...(byPassage
      ? [`By passage: ${byPassage.questions} questions whose answer the set has word for word.`]
      : []),
    ...(answerable
      ? [
          `Answerable or not, ROC area by ${Object.entries(answerable.aurocBy)
            .map(([signal, area]) => `\`${signal}\` ${area}`)
            .join(', ')}; a caller sees \`${answerable.signal}\`.`,
        ]
      : []),
    `Milliseconds of a retrieval, ${report.embedsQuestions ? 'with' : 'without'} the embedding of the question: ${Object.entries(
      milliseconds,
    )
      .map(([name, value]) => `${name} ${value.toFixed(1)}`)
      .join(', ')}.`,
  ].join('\n\n')}\n`;
}

function cell(estimates: Record<Metric, Estimate>, metric: Metric): string {
  const { mean, low, high } = estimates[metric];
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

export function table(heads: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}
