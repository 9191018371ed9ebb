import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ingest } from '@freshet/cli/ingest';
import { type InputItem, readInputs } from '@freshet/cli/input/read-inputs';
import type { Progress } from '@freshet/cli/progress';
import type { Embedder } from '@freshet/models/embedding';
import type { Rescore } from '@freshet/retriever/rescore/rescore';
import type { RetrieveResponse } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { type Question, readQuestions } from './beir.ts';
import { startFleet } from './fleet.ts';
import { scoreRanking } from './metrics.ts';
import { openEvaluationIndex } from './opensearch.ts';
import { rankOfAnswer } from './passage-labels.ts';
import { createReport, type QuestionResult, type Report } from './report/report.ts';
import { type SampleSize, sampleByHash, sampleCorpus } from './sampling.ts';
import { type Half, takeHalf } from './split.ts';

/** Passages of one question; enough that they come from more than ten documents. */
const PASSAGES = 50;

export interface EvaluateOptions {
  /** In BEIR layout; its documents may also stand as files in a folder `documents`. */
  folder: string;
  /** The report's name of it. */
  dataset?: string;
  index?: 'sqlite' | 'opensearch';
  half?: Half;
  sample?: SampleSize;
  embedder: Embedder;
  tokenizer: string;
  /** Whether questions are embedded here and now, and that is part of their time. */
  embedsQuestions?: boolean;
  /** In place of the retriever's own. */
  rescore?: Rescore;
  /** Asked after the others, and none of them. */
  strangers?: readonly Question[];
  /** Told what was found for each question, in order. */
  onFound?: (question: Question, found: RetrieveResponse) => void;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Ingests a labelled corpus through a fleet of its own, with an index of its own, asks its questions one after the
 * other, and scores what was found.
 */
export async function evaluate({
  folder,
  dataset = basename(folder),
  index: engine = 'sqlite',
  half = 'test',
  sample,
  embedder,
  tokenizer,
  embedsQuestions = false,
  rescore,
  strangers = [],
  onFound,
  progress,
  signal,
}: EvaluateOptions): Promise<Report> {
  const all = takeHalf(await readQuestions(folder), half);
  const questions = sample ? sampleByHash(all, sample.questions, ({ id, text }) => `${id}\n${text}`) : all;
  if (!questions.some(({ labels }) => labels.size > 0)) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${folder}: no question of half ${half} has a relevant document in qrels/test.tsv.`,
    });
  }
  await using opened = new AsyncDisposableStack();
  opened.defer(() => progress.finish());
  const index = engine === 'opensearch' ? await openEvaluationIndex(embedder) : undefined;
  if (index) opened.defer(() => index.close());
  const { client, close } = await startFleet({
    embedder,
    tokenizer,
    principals: ['group:security'],
    ...(rescore ? { rescore } : {}),
    ...(index ? { env: index.env } : {}),
  });
  opened.defer(close);
  const { indexed, skipped } = await ingest({
    client,
    items: await readCorpus(folder, questions, sample, signal),
    signal,
    onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
  });
  const results: QuestionResult[] = [];
  for (const question of [...questions, ...strangers]) {
    const found = await client.search({ query: question.text, limit: PASSAGES }, signal);
    onFound?.(question, found);
    results.push(score(question, found, embedsQuestions));
    progress.update('asking', results.length, questions.length + strangers.length);
  }
  const head = {
    dataset,
    index: engine,
    half,
    ...(sample ? { sample } : {}),
    embedder: embedder.fingerprint,
    documents: indexed,
    skippedDocuments: skipped.length,
    embedsQuestions,
  };
  return createReport(head, results);
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

function score(question: Question, found: RetrieveResponse, embedsQuestions: boolean): QuestionResult {
  const documents = [...new Set(found.passages.map(({ documentId }) => documentId))];
  const { id, labels, answers } = question;
  const isAnswerable = labels.size > 0;
  return {
    id,
    isAnswerable,
    documents: documents.slice(0, 10),
    ...(isAnswerable ? { scores: scoreRanking(documents, labels) } : {}),
    ...(isAnswerable && answers.length > 0 ? { passageScores: scorePassages(question, found) } : {}),
    signals: signalsOf(found),
    milliseconds: found.timings.totalMs - (embedsQuestions ? 0 : found.timings.embedMs),
  };
}

function scorePassages(question: Question, { passages }: RetrieveResponse) {
  const right = rankOfAnswer(question, passages);
  const ranking = passages.map((_, rank) => (rank === right ? 'right' : `passage ${rank}`));
  return scoreRanking(ranking, new Map([['right', 1]]));
}

function signalsOf({ passages, confidence }: RetrieveResponse): QuestionResult['signals'] {
  return {
    confidence,
    score: passages[0]?.score ?? 0,
    vectorScore: Math.max(0, ...passages.map(({ vectorScore }) => vectorScore ?? 0)),
    lexicalScore: Math.max(0, ...passages.map(({ lexicalScore }) => lexicalScore ?? 0)),
  };
}
