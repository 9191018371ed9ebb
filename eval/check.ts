import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createProgress } from '@freshet/cli/progress';
import { main } from '@freshet/shared/service/run';
import { openEvaluationEmbedder } from './embedder.ts';
import { evaluate } from './evaluate.ts';
import { findViolations, metricOf, type Threshold } from './gate.ts';
import type { SampleSize } from './sampling.ts';
import type { Half } from './split.ts';

/**
 * Fails when retrieval got worse than thresholds.json allows: `npm run -s eval:check`. Public sets are looked for in
 * FRESHET_DATASETS, or in ../shared/datasets beside the checkout, and skipped where they are not. With `--accept`,
 * what is measured becomes the baseline.
 */

interface Check {
  /** A folder of the project, or the name of a public set. */
  folder?: string;
  set?: string;
  half: Half;
  sample?: SampleSize;
  metrics: Record<string, Threshold>;
}

const root = join(import.meta.dirname, '..');
const path = join(import.meta.dirname, 'thresholds.json');
const sets = resolve(process.env['FRESHET_DATASETS'] || join(root, '..', 'shared', 'datasets'));

await main(async () => {
  const checks = JSON.parse(await readFile(path, 'utf8')) as Record<string, Check>;
  const { embedder, tokenizer } = await openEvaluationEmbedder({ embedsQuestions: false });
  let passed = 0;
  let failed = 0;
  try {
    for (const [dataset, { folder, set, half, sample, metrics }] of Object.entries(checks)) {
      const data = set === undefined ? join(root, folder ?? '') : join(sets, set);
      if (set !== undefined && !existsSync(join(data, 'corpus.jsonl'))) {
        console.log(`SKIPPED ${dataset}: there is no set ${set} in FRESHET_DATASETS or ../shared/datasets`);
        continue;
      }
      const report = await evaluate({
        folder: data,
        dataset,
        half,
        ...(sample ? { sample } : {}),
        embedder,
        tokenizer,
        progress: createProgress({ isQuiet: true }),
        signal: new AbortController().signal,
      });
      const violations = findViolations(metrics, report);
      for (const { metric, baseline, value } of violations) {
        console.log(`FAILED ${dataset}: ${metric} is ${value ?? 'not measured'}, it was ${baseline}`);
      }
      failed += violations.length;
      passed += Object.keys(metrics).length - violations.length;
      const values = Object.keys(metrics).map((metric) => `${metric} ${metricOf(metric, report)}`);
      console.log(`${dataset}, ${report.documents} documents: ${values.join(', ')}`);
      for (const [metric, threshold] of Object.entries(metrics)) {
        threshold.baseline = metricOf(metric, report) ?? threshold.baseline;
      }
    }
  } finally {
    await embedder.close();
  }
  if (process.argv.includes('--accept')) await writeFile(path, `${JSON.stringify(checks, null, 2)}\n`);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 && !process.argv.includes('--accept')) process.exitCode = 1;
});
