import { basename, join, resolve } from 'node:path';
import { createProgress } from '@freshet/cli/progress';
import { GeneratorConfig } from '@freshet/generator/config';
import { generatorModelConfig } from '@freshet/models/open-generator';
import { openGenerationRoutes } from '@freshet/models/open-routes';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { main } from '@freshet/shared/service/run';
import { Type } from 'typebox';
import { openEvaluationEmbedder } from '../embedder.ts';
import { corpusOptions, oneOf, parseOptions, runCommand, sampleSize, wholeNumber } from '../options.ts';
import { HALVES } from '../split.ts';
import { compareAnswers } from './compare-answers.ts';
import { answerComparisonToMarkdown } from './comparison-markdown.ts';
import { evaluateAnswers } from './evaluate-answers.ts';
import { readAnswerReport, writeAnswerReport } from './files.ts';
import { answersToMarkdown } from './markdown.ts';
import { ANSWER_METRICS } from './metrics.ts';
import { summariseAnswers } from './summary.ts';

/**
 * Evaluates answers, or compares two evaluations; docs/evaluation.md. The generator is set by its own variables, such
 * as ROUTES_FILE; with `--json`, a line a route.
 *
 *     npm run -s eval:answers -- [--data FOLDER] [--route NAME]… [--half dev|test|all] [--index sqlite|opensearch]
 *                                [--questions N --distractors N] [--concurrency N] [--embed-questions] [--out FOLDER] [--json]
 *     npm run -s eval:answers -- compare A.json B.json [--by METRIC] [--json]
 */
const options = {
  ...corpusOptions,
  route: { type: 'string', multiple: true, default: [] as string[] },
  concurrency: { type: 'string', default: '1' },
  by: { type: 'string', default: 'f1' },
} as const;
type Values = ReturnType<typeof parse>['values'];

await main(async () => {
  const { values, positionals } = parse();
  await runCommand(positionals, {
    evaluate: () => evaluateFolder(values),
    compare: (paths) => compareFiles(paths, values),
  });
});

function parse() {
  return parseOptions(options);
}

async function evaluateFolder(values: Values): Promise<void> {
  const folder = resolve(values.data);
  const half = oneOf(HALVES, values.half, '--half');
  const index = oneOf(['sqlite', 'opensearch'] as const, values.index, '--index');
  const sample = sampleSize(values);
  const concurrency = Math.max(1, wholeNumber(values.concurrency, '--concurrency'));
  const embedsQuestions = values['embed-questions'];
  const env = generatorVariables();
  await using opened = new AsyncDisposableStack();
  const logger = createLogger({ name: 'eval', level: 'warn' });
  const table = await openGenerationRoutes(loadConfig(Type.Object(generatorModelConfig), env), logger);
  opened.defer(() => table.close());
  const { embedder, tokenizer } = await openEvaluationEmbedder({ embedsQuestions });
  opened.defer(() => embedder.close());
  const reports = await evaluateAnswers({
    folder,
    index,
    half,
    ...(sample ? { sample } : {}),
    embedder,
    tokenizer,
    embedsQuestions,
    table,
    routes: values.route,
    env,
    concurrency,
    progress: createProgress({ isQuiet: values.json }),
    signal: new AbortController().signal,
  });
  const name = `${basename(folder)}-${half}-${index}${sample ? '-sample' : ''}-answers`;
  const out = resolve(values.out ?? join(import.meta.dirname, '..', '..', '.cache', 'eval', 'runs', name));
  for (const report of reports) {
    const to = report.route === undefined ? out : join(out, report.route);
    await writeAnswerReport(to, report);
    if (values.json) console.log(JSON.stringify(summariseAnswers(report)));
    else console.log(`${answersToMarkdown(report)}\nWritten to ${to}: report.json, report.md`);
  }
}

/** Of this process, as the generator would read them where it runs by itself. */
function generatorVariables(): Record<string, string> {
  const names = Object.keys(GeneratorConfig.properties);
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function compareFiles(paths: string[], values: Values): Promise<void> {
  const by = oneOf(ANSWER_METRICS, values.by, '--by');
  const [a, b] = await Promise.all(paths.map(readAnswerReport));
  const comparison = compareAnswers(a!, b!, { by });
  console.log(values.json ? JSON.stringify(comparison) : answerComparisonToMarkdown(comparison));
}
