import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FreshetClient } from '@freshet/cli/client';
import { ingest } from '@freshet/cli/ingest';
import { type InputItem, readInputs } from '@freshet/cli/input/read-inputs';
import type { Progress } from '@freshet/cli/progress';
import { FreshetError } from '@freshet/shared/errors';
import { type Question, readQuestions } from './beir.ts';
import { type EvaluationFleetOptions, startFleet } from './fleet.ts';
import { openEvaluationIndex } from './opensearch.ts';
import { type SampleSize, sampleByHash, sampleCorpus } from './sampling.ts';
import { type Half, takeHalf } from './split.ts';

export interface LoadedFleetOptions extends EvaluationFleetOptions {
  /** In BEIR layout; its documents may also stand as files in a folder `documents`. */
  folder: string;
  index: 'sqlite' | 'opensearch';
  half: Half;
  sample?: SampleSize | undefined;
  progress: Progress;
  signal: AbortSignal;
}

export interface LoadedFleet {
  client: FreshetClient;
  questions: Question[];
  documents: number;
  skippedDocuments: number;
  close(): Promise<void>;
}

/**
 * A fleet of its own, with an index of its own, that a labelled corpus went into through the real ingestor.
 * @throws FreshetError FRESHET_REQUEST_INVALID when no question of the half has a relevant document
 */
export async function openLoadedFleet({
  folder,
  index: engine,
  half,
  sample,
  progress,
  signal,
  env = {},
  ...fleetOptions
}: LoadedFleetOptions): Promise<LoadedFleet> {
  const all = takeHalf(await readQuestions(folder), half);
  const questions = sample ? sampleByHash(all, sample.questions, ({ id, text }) => `${id}\n${text}`) : all;
  if (!questions.some(({ labels }) => labels.size > 0)) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${folder}: no question of half ${half} has a relevant document in qrels/test.tsv.`,
    });
  }
  await using opened = new AsyncDisposableStack();
  const index = engine === 'opensearch' ? await openEvaluationIndex(fleetOptions.embedder) : undefined;
  if (index) opened.defer(() => index.close());
  const { client, close } = await startFleet({
    principals: ['group:security'],
    ...fleetOptions,
    env: { ...env, ...index?.env },
  });
  opened.defer(close);
  const { indexed, skipped } = await ingest({
    client,
    items: await readCorpus(folder, questions, sample, signal),
    signal,
    onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
  });
  const kept = opened.move();
  return {
    client,
    questions,
    documents: indexed,
    skippedDocuments: skipped.length,
    close: () => kept.disposeAsync(),
  };
}

async function readCorpus(
  folder: string,
  questions: readonly Question[],
  sample: SampleSize | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<InputItem>> {
  const documents = join(folder, 'documents');
  const read = () => readInputs([existsSync(documents) ? documents : folder], { source: 'eval', signal });
  if (!sample) return read();
  const ids: string[] = [];
  for await (const item of read()) if ('document' in item) ids.push(item.document.documentId);
  const chosen = sampleCorpus(questions, ids, sample.distractors);
  return only(read(), chosen);
}

async function* only(
  items: AsyncIterable<InputItem>,
  documentIds: ReadonlySet<string>,
): AsyncGenerator<InputItem> {
  for await (const item of items) {
    if ('document' in item && documentIds.has(item.document.documentId)) yield item;
  }
}
