import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress } from '@freshet/cli/progress';
import { rescoreFeatures } from '@freshet/retriever/rescore/features';
import { RESCORED_CHUNKS } from '@freshet/retriever/rescore/rescore';
import { FreshetError } from '@freshet/shared/errors';
import { main } from '@freshet/shared/service/run';
import { openEvaluationEmbedder } from '../embedder.ts';
import { evaluate } from '../evaluate.ts';
import { halfOf } from '../split.ts';
import { type Candidates, fitRescoring, judge } from './fit-rescoring.ts';

/**
 * Fits the retriever's re-scoring on the dev halves of several sets, and judges it on each set with a model that was
 * fitted on the other sets alone:
 *
 *     npm run -s eval:rescoring -- --data FOLDER --data FOLDER … [--write] [--json]
 */
const modelPath = join(import.meta.dirname, '..', '..', 'services', 'retriever', 'rescore', 'model.json');

/** Of a larger set. */
const SAMPLE = { questions: 1_500, distractors: 20_000 };

await main(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.data.length < 2) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: 'Name two or more sets by --data FOLDER.' });
  }
  const { embedder, tokenizer } = await openEvaluationEmbedder({ embedsQuestions: false });

  async function collect(folder: string): Promise<Candidates[]> {
    const collected: Candidates[] = [];
    let last: Pick<Candidates, 'documents' | 'features' | 'fused'> | undefined;
    await evaluate({
      folder,
      half: 'all',
      sample: SAMPLE,
      embedder,
      tokenizer,
      progress: createProgress({ isQuiet: values.json }),
      signal: new AbortController().signal,
      rescore(query, chunks) {
        const read = chunks.slice(0, RESCORED_CHUNKS);
        last = {
          documents: read.map(({ chunk }) => chunk.manifest.documentId),
          features: rescoreFeatures(query, read),
          fused: read.map(({ score }) => score),
        };
        return [...chunks];
      },
      onFound(question) {
        if (last && question.labels.size > 0) {
          collected.push({ ...last, half: halfOf(question), labels: question.labels });
        }
      },
    });
    return collected;
  }

  try {
    const sets = new Map<string, Candidates[]>();
    for (const folder of values.data) sets.set(basename(folder), await collect(resolve(folder)));
    const dev = (skipped?: string) =>
      [...sets].flatMap(([name, all]) =>
        name === skipped ? [] : [all.filter(({ half }) => half === 'dev')],
      );
    const model = fitRescoring(dev());
    if (values.write) await writeFile(modelPath, `${JSON.stringify(model, null, 2)}\n`);
    const judged = [...sets].map(([name, all]) => {
      const others = fitRescoring(dev(name));
      return [
        name,
        { fused: judge(all), fittedOnOtherSets: judge(all, others), fittedOnAll: judge(all, model) },
      ];
    });
    const summary = { model, ...Object.fromEntries(judged) };
    console.log(JSON.stringify(summary, null, values.json ? 0 : 2));
  } finally {
    await embedder.close();
  }
});
