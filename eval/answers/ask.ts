import type { FreshetClient } from '@freshet/cli/client';
import type { Attempt, ChatEvent, Passage } from '@freshet/shared/contracts';
import { codeOf, hasCode } from '@freshet/shared/errors';
import type { Question } from '../beir.ts';
import { createAnswerCheck } from '../passage-labels.ts';
import type { AnswerResult } from './result.ts';
import { type AnswerScores, scoreAnswer } from './squad-scores.ts';

const MARKER = /\s*\[\d{1,3}\]/g;
const NOTHING: AnswerScores = { exactMatch: 0, f1: 0, answerContained: 0 };

type Completed = Extract<ChatEvent, { type: 'answer.completed' }>;

export interface AskOptions {
  /** The default route when absent. */
  route?: string | undefined;
  /** Whether the question is embedded here and now, and that is part of its time. */
  embedsQuestions: boolean;
  signal: AbortSignal;
}

/**
 * Asks one question of the fleet, and scores its answer. An answer that fails is a result too, with its code.
 * @throws FreshetError FRESHET_ROUTE_UNKNOWN
 */
export async function askForAnswer(
  client: FreshetClient,
  question: Question,
  { route, embedsQuestions, signal }: AskOptions,
): Promise<AnswerResult> {
  let passages: Passage[] = [];
  let text = '';
  try {
    const request = { messages: [{ role: 'user' as const, content: question.text }] };
    for await (const event of client.chat(
      { ...request, ...(route === undefined ? {} : { route }) },
      signal,
    )) {
      if (event.type === 'retrieval.completed') passages = event.passages;
      else if (event.type === 'answer.delta') text += event.text;
      else if (event.type === 'answer.completed') {
        return toResult(question, { completed: event, passages, text, embedsQuestions });
      } else if (event.type === 'chat.failed') return failed(question, event.code);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, 'FRESHET_ROUTE_UNKNOWN')) throw error;
    return failed(question, codeOf(error));
  }
  return failed(question, 'FRESHET_DEPENDENCY_UNAVAILABLE');
}

function toResult(
  question: Question,
  answer: { completed: Completed; passages: readonly Passage[]; text: string; embedsQuestions: boolean },
): AnswerResult {
  const { completed, passages, embedsQuestions } = answer;
  const { finishReason, citations, attempts, timings, route } = completed;
  const { id, labels, answers } = question;
  const isAnswerable = labels.size > 0;
  const outcome =
    finishReason === 'abstained' ? 'refused' : finishReason === 'blocked' ? 'blocked' : 'answered';
  const text = outcome === 'answered' ? answer.text.replace(MARKER, '') : '';
  const scores = outcome === 'blocked' ? NOTHING : scoreAnswer(text, answers);
  const isEvidence = createEvidenceCheck(question);
  const refs = outcome === 'answered' ? [...new Set(citations.flatMap(({ refs }) => refs))] : [];
  const evidence = passages.filter(isEvidence).map(({ ref }) => ref);
  const count = (verdict: string) =>
    outcome === 'answered' ? citations.filter((citation) => citation.verdict === verdict).length : 0;
  const waitedMs = embedsQuestions ? 0 : timings.embedMs;
  return {
    id,
    isAnswerable,
    outcome,
    route,
    ...(isAnswerable && answers.length === 0 ? {} : { scores }),
    ...(isAnswerable ? { isEvidenceFound: evidence.length > 0 } : {}),
    sentences: {
      supported: count('supported'),
      partly: count('partly'),
      unsupported: count('unsupported'),
    },
    cited: { passages: refs.length, evidence: refs.filter((ref) => evidence.includes(ref)).length },
    ...spentOn(attempts),
    ...(timings.firstDeltaMs === undefined ? {} : { firstDeltaMs: timings.firstDeltaMs - waitedMs }),
    totalMs: timings.totalMs - waitedMs,
  };
}

/** What holds an answer word for word; in a set without such answers, what is of a relevant document. */
function createEvidenceCheck(question: Question): (passage: Passage) => boolean {
  const { labels, answers } = question;
  return answers.length > 0
    ? createAnswerCheck(question)
    : ({ documentId }) => (labels.get(documentId) ?? 0) > 0;
}

function spentOn(attempts: readonly Attempt[]) {
  const sum = (of: (attempt: Attempt) => number) =>
    attempts.reduce((total, attempt) => total + of(attempt), 0);
  const isPriced = attempts.every(({ costUsd }) => costUsd !== undefined);
  return {
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    ...(isPriced ? { costUsd: sum(({ costUsd = 0 }) => costUsd) } : {}),
  };
}

/** It scores nothing, also where a refusal would have been right. */
function failed({ id, labels, answers }: Question, code: string): AnswerResult {
  const isAnswerable = labels.size > 0;
  return {
    id,
    isAnswerable,
    outcome: 'failed',
    code,
    ...(isAnswerable && answers.length === 0 ? {} : { scores: NOTHING }),
    sentences: { supported: 0, partly: 0, unsupported: 0 },
    cited: { passages: 0, evidence: 0 },
    inputTokens: 0,
    outputTokens: 0,
  };
}
