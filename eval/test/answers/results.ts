import { type AnswerReport, createAnswerReport } from '../../answers/report.ts';
import type { AnswerResult } from '../../answers/result.ts';
import { scoreAnswer } from '../../answers/squad-scores.ts';

/** An answer to a question whose right answer is `yes`, with one supported sentence that cites the evidence. */
export function answered(id: string, text: string, further: Partial<AnswerResult> = {}): AnswerResult {
  return {
    id,
    isAnswerable: true,
    outcome: 'answered',
    route: 'fast',
    scores: scoreAnswer(text, ['yes']),
    isEvidenceFound: true,
    sentences: { supported: 1, partly: 0, unsupported: 0 },
    cited: { passages: 1, evidence: 1 },
    inputTokens: 100,
    outputTokens: 10,
    costUsd: 0.001,
    firstDeltaMs: 10,
    totalMs: 20,
    ...further,
  };
}

export function refused(id: string, { isAnswerable = false } = {}): AnswerResult {
  const { isEvidenceFound, ...result } = answered(id, '');
  return {
    ...result,
    isAnswerable,
    outcome: 'refused',
    scores: scoreAnswer('', isAnswerable ? ['yes'] : []),
    ...(isAnswerable ? { isEvidenceFound: true } : {}),
    sentences: { supported: 0, partly: 0, unsupported: 0 },
    cited: { passages: 0, evidence: 0 },
  };
}

export function failed(id: string): AnswerResult {
  const { route, costUsd, firstDeltaMs, totalMs, ...result } = refused(id, { isAnswerable: true });
  return {
    ...result,
    outcome: 'failed',
    code: 'FRESHET_MODEL_TIMEOUT',
    inputTokens: 0,
    outputTokens: 0,
  };
}

export function reportOf(results: AnswerResult[], route?: string, dataset = 'set'): AnswerReport {
  const head = {
    dataset,
    index: 'sqlite',
    half: 'test' as const,
    embedder: 'none',
    documents: 12,
    skippedDocuments: 0,
    embedsQuestions: false,
    ...(route === undefined ? {} : { route }),
  };
  return createAnswerReport(head, results);
}
