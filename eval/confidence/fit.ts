import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress } from '@freshet/cli/progress';
import { model as localModel } from '@freshet/models/embedding/onnx/model';
import { type ConfidenceModel, predictConfidence } from '@freshet/retriever/confidence/confidence';
import { type Features, readFeatures } from '@freshet/retriever/confidence/features';
import { FreshetError } from '@freshet/shared/errors';
import { main } from '@freshet/shared/service/run';
import { auroc } from '../auroc.ts';
import { type Question, readQuestions } from '../beir.ts';
import { openEvaluationEmbedder } from '../embedder.ts';
import { evaluate } from '../evaluate.ts';
import { takeHalf } from '../split.ts';
import { fitConfidence } from './fit-confidence.ts';
import { refusalCurve } from './refusal-curve.ts';

/**
 * Fits the retriever's confidence on the dev halves, and judges it on the test halves:
 *
 *     npm run -s eval:confidence -- --data SQUAD2 [--with FOLDER …] [--write] [--json]
 *
 * The first set has answerable and unanswerable questions. Those of the further sets are answerable on their own
 * corpus, and strangers on that of the first one.
 */
const modelPath = join(import.meta.dirname, '..', '..', 'services', 'retriever', 'confidence', 'model.json');

export interface Asked {
  features: Features;
  half: 'dev' | 'test';
  isStranger: boolean;
  isAnswerable: boolean;
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      with: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: 'Name a set by --data FOLDER.' });
  }
  const folder = resolve(values.data);
  const further = values.with.map((path) => resolve(path));
  const { embedder, tokenizer } = await openEvaluationEmbedder({ embedsQuestions: false });
  const strangers: Question[] = (await Promise.all(further.map(readQuestions)))
    .flat()
    .map((question) => ({ ...question, labels: new Map<string, number>() }));

  async function ask(from: string): Promise<Asked[]> {
    const asked: Asked[] = [];
    await evaluate({
      folder: from,
      half: 'all',
      strangers: from === folder ? strangers : [],
      embedder,
      tokenizer,
      progress: createProgress({ isQuiet: values.json }),
      signal: new AbortController().signal,
      onFound(question, { passages }) {
        const features = readFeatures(question.text, passages.slice(0, 8));
        const half = takeHalf([question], 'dev').length > 0 ? 'dev' : 'test';
        const isStranger = strangers.includes(question);
        if (features) asked.push({ features, half, isStranger, isAnswerable: question.labels.size > 0 });
      },
    });
    return asked;
  }

  try {
    const own = await ask(folder);
    const others = new Map<string, Asked[]>();
    for (const path of further) others.set(basename(path), await ask(path));
    const fit = (similarities: boolean) =>
      fitConfidence(own.filter(isDev), [...others.values()].flat().filter(isDev), { similarities });
    const model = { embedder: localModel.name, withSimilarities: fit(true), byWords: fit(false) };
    if (values.write) await writeFile(modelPath, `${JSON.stringify(model, null, 2)}\n`);
    const summary = {
      set: basename(folder),
      withSimilarities: judge(model.withSimilarities, own, others),
      byWords: judge(model.byWords, own, others),
    };
    console.log(JSON.stringify(summary, null, values.json ? 0 : 2));
  } finally {
    await embedder.close();
  }
});

/** On the test halves. */
function judge(model: ConfidenceModel, own: readonly Asked[], others: ReadonlyMap<string, Asked[]>) {
  const scores = (asked: readonly Asked[]) =>
    asked.filter((one) => !isDev(one)).map(({ features }) => predictConfidence(model, features));
  const answerable = scores(own.filter((one) => one.isAnswerable));
  const unanswerable = scores(own.filter((one) => !one.isAnswerable && !one.isStranger));
  const strangers = scores(own.filter((one) => one.isStranger));
  return {
    answerable: answerable.length,
    unanswerable: unanswerable.length,
    answerableAuroc: auroc(answerable, unanswerable),
    strangers: strangers.length,
    strangersAuroc: auroc(answerable, strangers),
    refusal: refusalCurve(answerable, {
      unanswerable,
      strangers,
      ...Object.fromEntries([...others].map(([name, asked]) => [name, scores(asked)])),
    }),
  };
}

function isDev({ half }: Asked): boolean {
  return half === 'dev';
}
