import { table } from '../report/markdown.ts';
import type { AnswerComparison } from './compare-answers.ts';
import { ANSWER_METRICS } from './metrics.ts';

/** The comparison as a page: a row a metric, then which route the alias should stand for. */
export function answerComparisonToMarkdown(comparison: AnswerComparison): string {
  const { dataset, a, b, questions, leftOut, metrics } = comparison;
  return `${[
    `# Routes ${a} (A) and ${b} (B) on ${dataset}`,
    `${questions} questions of both${leftOut > 0 ? `; ${leftOut} of one run alone are left out` : ''}. p is two-sided, of a paired randomization test, a metric at a time, over the questions to which both runs give it.`,
    table(
      ['metric', 'questions', 'A', 'B', 'B less A', 'p', 'B better', 'B worse'],
      ANSWER_METRICS.flatMap((name) => {
        const compared = metrics[name];
        if (!compared) return [];
        const { questions, a, b, difference, p, won, lost } = compared;
        return [[name, ...[questions, a, b, difference, p, won.length, lost.length].map(String)]];
      }),
    ),
    verdict(comparison),
  ].join('\n\n')}\n`;
}

function verdict({ decision: { by, p, better, worseBy } }: AnswerComparison): string {
  if (better === undefined) {
    return `By ${by} these questions show no difference (p ${p}): leave the alias where it is, or ask more of them.`;
  }
  const but = worseBy.length > 0 ? ` It is worse by ${worseBy.join(', ')}: look at that first.` : '';
  return `By ${by} \`${better}\` is better (p ${p}): let the alias stand for it, \`"aliases": { "…": "${better}" }\` in ROUTES_FILE.${but}`;
}
