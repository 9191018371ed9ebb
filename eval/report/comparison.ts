import type { Comparison } from '../compare.ts';
import { METRICS } from '../metrics.ts';
import { table } from './markdown.ts';

/** Questions whose ids a page names; the JSON has all. */
const NAMED = 20;

/** The comparison as a page: a row a metric, then the questions won and lost by nDCG@10. */
export function comparisonToMarkdown({ dataset, questions, leftOut, metrics }: Comparison): string {
  const { won, lost } = metrics['ndcg@10'];
  return `${[
    `# Two runs on ${dataset}`,
    `${questions} questions of both${leftOut > 0 ? `; ${leftOut} of one run alone are left out` : ''}. p is two-sided, of a paired randomization test, a metric at a time.`,
    table(
      ['metric', 'A', 'B', 'B less A', 'p', 'won', 'lost'],
      METRICS.map((metric) => {
        const { a, b, difference, p, won, lost } = metrics[metric];
        return [metric, ...[a, b, difference, p].map(String), String(won.length), String(lost.length)];
      }),
    ),
    `Won by nDCG@10: ${name(won)}.`,
    `Lost by nDCG@10: ${name(lost)}.`,
  ].join('\n\n')}\n`;
}

function name(ids: readonly string[]): string {
  const more = ids.length - NAMED;
  return `${ids.slice(0, NAMED).join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`;
}
