import { basename } from 'node:path';
import type { RouteTable } from '@freshet/models/routing/route-table';
import type { EvaluateOptions } from '../evaluate.ts';
import { openLoadedFleet } from '../loaded-fleet.ts';
import { askForAnswer } from './ask.ts';
import { type AnswerReport, createAnswerReport } from './report.ts';
import type { AnswerResult } from './result.ts';

export interface EvaluateAnswersOptions extends EvaluateOptions {
  /** By whom questions are answered; sentences of the passages by default. */
  table?: RouteTable;
  /** Names of routes to ask in turn; the default one when absent. */
  routes?: readonly string[];
  /** Further variables of the fleet. */
  env?: Record<string, string>;
  /** Questions that are asked at once. More than one is for slow models, whose times do not suffer from it. */
  concurrency?: number;
}

/**
 * Ingests a labelled corpus through a fleet of its own, asks its questions at the chat endpoint, and scores what was
 * answered: one report a route, on the same index.
 */
export async function evaluateAnswers({
  folder,
  dataset = basename(folder),
  index = 'sqlite',
  half = 'test',
  sample,
  embedder,
  tokenizer,
  embedsQuestions = false,
  table,
  routes = [],
  env = {},
  concurrency = 1,
  progress,
  signal,
}: EvaluateAnswersOptions): Promise<AnswerReport[]> {
  await using opened = new AsyncDisposableStack();
  opened.defer(() => progress.finish());
  const fleet = await openLoadedFleet({
    folder,
    index,
    half,
    sample,
    embedder,
    tokenizer,
    routes: table,
    env,
    progress,
    signal,
  });
  opened.defer(() => fleet.close());
  const { client, questions, documents, skippedDocuments } = fleet;
  const reports: AnswerReport[] = [];
  for (const route of routes.length > 0 ? routes : [undefined]) {
    const results: AnswerResult[] = [];
    const waiting = [...questions.entries()];
    let done = 0;
    async function askInTurn(): Promise<void> {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [i, question] = next;
        results[i] = await askForAnswer(client, question, { route, embedsQuestions, signal });
        done += 1;
        progress.update(route === undefined ? 'asking' : `asking ${route}`, done, questions.length);
      }
    }
    await Promise.all(Array.from({ length: concurrency }, askInTurn));
    const head = {
      dataset,
      index,
      half,
      ...(sample ? { sample } : {}),
      embedder: embedder.fingerprint,
      documents,
      skippedDocuments,
      embedsQuestions,
      ...(route === undefined ? {} : { route }),
    };
    reports.push(createAnswerReport(head, results));
  }
  return reports;
}
