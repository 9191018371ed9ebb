import type { AnswerScores } from './squad-scores.ts';

/** What the answer to one question gave. No text of the set is in it. */
export interface AnswerResult {
  id: string;
  isAnswerable: boolean;
  outcome: 'answered' | 'refused' | 'blocked' | 'failed';
  /** Why it failed. */
  code?: string;
  /** The route that answered, which may stand in for the one that was asked. */
  route?: string;
  /** Absent for an answerable question to which the set has no answer word for word. */
  scores?: AnswerScores;
  /** Whether the passages that the answer could rest on have the evidence; absent for an unanswerable question. */
  isEvidenceFound?: boolean;
  /** Sentences that were checked, by verdict. */
  sentences: { supported: number; partly: number; unsupported: number };
  /** Passages that the answer cites, each once, and those of them that hold the evidence. */
  cited: { passages: number; evidence: number };
  /** Of every call to a model that was made for the answer. */
  inputTokens: number;
  outputTokens: number;
  /** Absent where a call has no price. */
  costUsd?: number;
  /** Milliseconds from the request to the first text of the answer, and to its end. */
  firstDeltaMs?: number;
  totalMs?: number;
}
