import type { Message } from '@freshet/shared/contracts';

/** A language model that writes one short text, as a port: for steps beside the answer. Adapters live in completion/. */

export interface CompletionPrompt {
  system: string;
  /** User and assistant in turn; the first and the last are the user's. */
  messages: readonly Pick<Message, 'role' | 'content'>[];
}

export interface CompleteOptions {
  signal: AbortSignal;
  /** Told of every further try of the call. */
  onRetry?: (() => void) | undefined;
}

export interface Completer {
  readonly model: string;
  /** Who runs the model, in the words of OpenTelemetry's `gen_ai.provider.name`. */
  readonly provider: string;
  /** The whole text. Errors are `FRESHET_MODEL_…`; rejects with the signal's reason when that is aborted. */
  complete(prompt: CompletionPrompt, options: CompleteOptions): Promise<string>;
  close(): Promise<void>;
}
