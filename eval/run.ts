import { basename, join, resolve } from 'node:path';
import { createProgress } from '@freshet/cli/progress';
import { main } from '@freshet/shared/service/run';
import { compare } from './compare.ts';
import { openEvaluationEmbedder } from './embedder.ts';
import { evaluate } from './evaluate.ts';
import { corpusOptions, oneOf, parseOptions, runCommand, sampleSize } from './options.ts';
import { comparisonToMarkdown } from './report/comparison.ts';
import { readReport, writeReport } from './report/files.ts';
import { toMarkdown } from './report/markdown.ts';
import { summarise } from './report/summary.ts';
import { HALVES } from './split.ts';

/**
 * Evaluates retrieval, or compares two evaluations; docs/evaluation.md.
 *
 *     npm run -s eval -- [--data FOLDER] [--half dev|test|all] [--index sqlite|opensearch] [--embed-questions]
 *                        [--questions N --distractors N] [--out FOLDER] [--json]
 *     npm run -s eval -- compare A.json B.json [--json]
 */
type Values = ReturnType<typeof parse>['values'];

await main(async () => {
  const { values, positionals } = parse();
  await runCommand(positionals, {
    evaluate: () => evaluateFolder(values),
    compare: (paths) => compareFiles(paths, values),
  });
});

function parse() {
  return parseOptions(corpusOptions);
}

async function evaluateFolder(values: Values): Promise<void> {
  const folder = resolve(values.data);
  const half = oneOf(HALVES, values.half, '--half');
  const index = oneOf(['sqlite', 'opensearch'] as const, values.index, '--index');
  const sample = sampleSize(values);
  const embedsQuestions = values['embed-questions'];
  const { embedder, tokenizer } = await openEvaluationEmbedder({ embedsQuestions });
  try {
    const report = await evaluate({
      folder,
      index,
      half,
      ...(sample ? { sample } : {}),
      embedder,
      tokenizer,
      embedsQuestions,
      progress: createProgress({ isQuiet: values.json }),
      signal: new AbortController().signal,
    });
    const name = `${basename(folder)}-${half}-${index}${sample ? '-sample' : ''}`;
    const out = resolve(values.out ?? join(import.meta.dirname, '..', '.cache', 'eval', 'runs', name));
    await writeReport(out, report);
    if (values.json) console.log(JSON.stringify(summarise(report)));
    else console.log(`${toMarkdown(report)}\nWritten to ${out}: report.json, report.md, report.svg`);
  } finally {
    await embedder.close();
  }
}

async function compareFiles(paths: string[], { json }: Values): Promise<void> {
  const [a, b] = await Promise.all(paths.map(readReport));
  const comparison = compare(a!, b!);
  console.log(json ? JSON.stringify(comparison) : comparisonToMarkdown(comparison));
}
