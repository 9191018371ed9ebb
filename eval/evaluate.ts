import { basename } from 'node:path';
import type { Progress } from '@freshet/cli/progress';
import type { Embedder } from '@freshet/models/embedding';
import type { Rescore } from '@freshet/retriever/rescore/rescore';
import type { RetrieveResponse } from '@freshet/shared/contracts';
import type { Question } from './beir.ts';
import { openLoadedFleet } from './loaded-fleet.ts';
import { scoreRanking } from './metrics.ts';
import { rankOfAnswer } from './passage-labels.ts';
import { createReport, type QuestionResult, type Report } from './report/report.ts';
import type { SampleSize } from './sampling.ts';
import type { Half } from './split.ts';

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
  tokenizer?: string | undefined;
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
  await using opened = new AsyncDisposableStack();
  opened.defer(() => progress.finish());
  const fleet = await openLoadedFleet({
    folder,
    index: engine,
    half,
    sample,
    embedder,
    tokenizer,
    ...(rescore ? { rescore } : {}),
    progress,
    signal,
  });
  opened.defer(() => fleet.close());
  const { client, questions, documents, skippedDocuments } = fleet;
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
    documents,
    skippedDocuments,
    embedsQuestions,
  };
  return createReport(head, results);
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
