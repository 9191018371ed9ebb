import type { FinishReason, Message, Passage, Usage } from '@freshet/shared/contracts';

/** The language model, as a port. Adapters live in generation/, one file or folder a provider. */

export interface GenerateOptions {
  messages: readonly Message[];
  passages: readonly Passage[];
  signal: AbortSignal;
}

export type GenerationPart =
  | { type: 'delta'; text: string }
  | {
      type: 'finished';
      finishReason: FinishReason;
      usage: Usage;
      /** In dollars; absent when the price of the model is not known. */
      costUsd?: number;
    };

export interface Generator {
  /** Named in every answer. */
  readonly model: string;
  /** Streams the answer; the last part is `finished`. Citations are written `[n]`, n being a passage's `ref`. */
  generate(options: GenerateOptions): AsyncIterable<GenerationPart>;
  close(): Promise<void>;
}
