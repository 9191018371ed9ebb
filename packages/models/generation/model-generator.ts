import type { FinishReason, Usage } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { GenerateOptions, Generator } from '../generation.ts';
import { costUsd, type ModelPrice } from '../model-prices.ts';
import { limitStream } from '../time-limits.ts';
import { abstention, isAbstention } from './abstention.ts';
import { guardAnswer } from './guard-answer.ts';
import { builtInPrompts, type Prompts } from './prompt/templates.ts';
import { buildPrompt, type Prompt, type PromptBudgets } from './prompt.ts';

/** What a provider's stream says. `thinking` shows that it lives; its text is not for the reader. */
export type ModelPart =
  | { type: 'thinking' }
  | { type: 'delta'; text: string }
  | { type: 'finished'; finishReason: FinishReason; usage?: Usage };

/** What an operator says of a model, whoever provides it. */
export interface ModelSettings extends PromptBudgets {
  /** Its name, as the provider has it. */
  model: string;
  maxTokens?: number;
  /** Not sent when absent: some models refuse it. */
  temperature?: number | undefined;
  /** Milliseconds from the call to the first token, 20 s by default. */
  firstTokenTimeoutMs?: number | undefined;
  /** Milliseconds from a token to the next, 10 s by default. */
  betweenTokensTimeoutMs?: number | undefined;
  /** Milliseconds from the call to the end of the answer; none by default. */
  timeoutMs?: number | undefined;
  price?: ModelPrice | undefined;
  /** Those that come with Freshet by default. */
  prompts?: Prompts | undefined;
}

export type ModelStreamOptions = Pick<GenerateOptions, 'signal' | 'onRetry' | 'deltaIntervalMs'>;

export interface ModelGeneratorOptions extends Omit<ModelSettings, 'maxTokens' | 'temperature'> {
  provider: string;
  /** Asks the model. Throws coded errors, and ends the request when the signal is aborted. */
  stream(prompt: Prompt, options: ModelStreamOptions): AsyncIterable<ModelPart>;
  close(): Promise<void>;
}

/**
 * What all language models behind an API have in common: the prompt, the time limits, the price, and that no
 * passages give no answer, without a call. Errors of `generate`, besides those of the provider:
 * `FRESHET_MODEL_TIMEOUT`, `FRESHET_MODEL_EMPTY` for an answer without a word, and `FRESHET_MODEL_BROKE_OFF` for a
 * stream that ends before it is finished.
 */
export function createModelGenerator({
  model,
  provider,
  price,
  firstTokenTimeoutMs = 20_000,
  betweenTokensTimeoutMs = 10_000,
  timeoutMs,
  contextTokens,
  historyTokens,
  prompts = builtInPrompts(),
  stream,
  close,
}: ModelGeneratorOptions): Generator {
  const limits = { firstTokenTimeoutMs, betweenTokensTimeoutMs, timeoutMs };
  const toCost = (usage: Usage | undefined) => (usage && price ? { costUsd: costUsd(usage, price) } : {});
  return {
    model,
    provider,
    async *generate({ messages, passages, signal, onUsage, prompt: promptName, ...options }) {
      signal.throwIfAborted();
      if (passages.length === 0) {
        yield { type: 'delta', text: abstention(messages.at(-1)?.content ?? '') };
        const usage = { inputTokens: 0, outputTokens: 0 };
        yield { type: 'finished', finishReason: 'abstained', usage, costUsd: 0 };
        return;
      }
      const template = prompts.get(promptName);
      const { omittedRefs, omittedMessages, ...prompt } = buildPrompt(messages, passages, {
        template,
        contextTokens,
        historyTokens,
      });
      const open = (stop: AbortSignal) => stream(prompt, { ...options, signal: stop });
      let answer = '';
      const parts = guardAnswer(limitStream(open, { ...limits, signal }), ({ usage }) => {
        if (usage) onUsage?.({ usage, ...toCost(usage) });
      });
      for await (const part of parts) {
        if (part.type === 'thinking') continue;
        if (part.type === 'delta') {
          answer += part.text;
          yield part;
          continue;
        }
        const { finishReason, usage } = part;
        const hasAbstained = finishReason === 'stop' && isAbstention(answer);
        yield {
          type: 'finished',
          finishReason: hasAbstained ? 'abstained' : finishReason,
          usage: usage ?? { inputTokens: 0, outputTokens: 0 },
          ...toCost(usage),
          promptHash: template.hash,
          ...(omittedRefs.length > 0 ? { omittedRefs } : {}),
          ...(omittedMessages > 0 ? { omittedMessages } : {}),
        };
        return;
      }
      throw new FreshetError('FRESHET_MODEL_BROKE_OFF', {
        detail: 'The stream of the model ended before it was finished.',
      });
    },
    close,
  };
}
