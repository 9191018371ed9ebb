import type { FinishReason, Message, Passage, Usage } from '@freshet/shared/contracts';

/** The language model, as a port. Adapters live in generation/, one file or folder a provider. */

export interface GenerateOptions {
  /** Told of every further try of a call, before it is made. */
  onRetry?: () => void;
  /** Told of what a call used that then fails. */
  onUsage?: (spent: Spent) => void;
  messages: readonly Message[];
  passages: readonly Passage[];
  signal: AbortSignal;
  /** Milliseconds that the reader can wait from one delta to the next: what comes sooner may be joined. */
  deltaIntervalMs?: number;
  /** Name of the prompt that the model is asked with; that of the route by default. */
  prompt?: string | undefined;
}

export interface Spent {
  usage: Usage;
  /** In dollars; absent when the price of the model is not known. */
  costUsd?: number;
}

/** What a language model was asked with. */
export interface Asked {
  /** Version of the prompt, by its content. */
  promptHash?: string;
  /** Passages that did not fit into the prompt. */
  omittedRefs?: number[];
  /** Earliest messages that did not fit into it. */
  omittedMessages?: number;
}

export type GenerationPart =
  | { type: 'delta'; text: string }
  | ({ type: 'finished'; finishReason: FinishReason } & Spent & Asked);

export interface Generator {
  /** Named in every answer. */
  readonly model: string;
  /** Who runs the model, in the words of OpenTelemetry's `gen_ai.provider.name`; `custom` when it does not say. */
  readonly provider?: string;
  /** Streams the answer; the last part is `finished`. Citations are written `[n]`, n being a passage's `ref`. */
  generate(options: GenerateOptions): AsyncIterable<GenerationPart>;
  close(): Promise<void>;
}
