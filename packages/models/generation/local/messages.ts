import type { FinishReason, Message } from '@freshet/shared/contracts';
import type { ErrorCode } from '@freshet/shared/errors';

/** What the process of the model and the one that asks it say to each other. */

export interface EngineOptions {
  /** Path of the GGUF file. */
  path: string;
  /** That compute. */
  threads: number;
  /** Answers that are written at once. */
  sequences: number;
  /** Most tokens of a prompt with its answer; the model may have been trained for fewer. */
  contextTokens: number;
}

export interface EngineRequest {
  system: string;
  messages: readonly Message[];
  maxTokens: number;
  temperature?: number | undefined;
}

export interface EngineResult {
  finishReason: FinishReason;
  inputTokens: number;
  outputTokens: number;
  /** Of the input, those that an earlier call had left evaluated. */
  cachedTokens: number;
}

export type ToModel =
  | ({ type: 'generate'; id: number } & EngineRequest)
  | { type: 'abort'; id: number }
  | { type: 'close' };

export type Failure = { type: 'failed'; code: ErrorCode; detail: string };

/** Without an id: of the model as a whole. */
export type FromModel = { type: 'ready' } | Failure | CallMessage;

/** A call ends with `finished`, or `failed`. */
export type CallMessage = { id: number } & (
  | { type: 'delta'; text: string }
  | { type: 'thinking' }
  | ({ type: 'finished' } & EngineResult)
  | Failure
);
