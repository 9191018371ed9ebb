import type { FinishReason, Usage } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { decodeEvents } from '@freshet/shared/sse/decode';
import type { Generator } from '../generation.ts';
import { createModelClient, type ModelClientOptions } from '../openai/client.ts';
import {
  createModelGenerator,
  type ModelPart,
  type ModelSettings,
  type ModelStreamOptions,
} from './model-generator.ts';
import type { Prompt } from './prompt.ts';

export type OpenAiGeneratorOptions = ModelClientOptions & ModelSettings;

const FINISH_REASONS: Record<string, FinishReason> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'blocked',
};

interface ChatChunk {
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null; reasoning?: string | null };
    finish_reason?: string | null;
  }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  error?: { message?: string } | string;
}

/** Any server with OpenAI's `/chat/completions`: vLLM, Ollama, LiteLLM, llama.cpp. */
export function createOpenAiGenerator({
  model,
  maxTokens = 1024,
  temperature,
  firstTokenTimeoutMs,
  betweenTokensTimeoutMs,
  timeoutMs,
  price,
  contextTokens,
  historyTokens,
  prompts,
  ...clientOptions
}: OpenAiGeneratorOptions): Generator {
  const client = createModelClient(clientOptions);

  async function* stream(
    { system, messages }: Prompt,
    { signal, onRetry }: ModelStreamOptions,
  ): AsyncGenerator<ModelPart> {
    const body = await client.post(
      '/chat/completions',
      {
        model,
        messages: [{ role: 'system', content: system }, ...messages],
        max_tokens: maxTokens,
        ...(temperature === undefined ? {} : { temperature }),
        stream: true,
        stream_options: { include_usage: true },
      },
      signal,
      onRetry,
    );
    try {
      yield* toParts(decodeEvents(body));
    } catch (cause) {
      if (cause instanceof FreshetError) throw cause;
      throw brokeOff((cause as Error).message, cause);
    }
  }

  return createModelGenerator({
    model,
    provider: 'openai',
    price,
    contextTokens,
    historyTokens,
    prompts,
    firstTokenTimeoutMs,
    betweenTokensTimeoutMs,
    timeoutMs,
    stream,
    close: () => client.close(),
  });
}

/** Usage comes after the reason to finish, or not at all: only the end of the stream finishes the answer. */
async function* toParts(events: AsyncIterable<{ data: string }>): AsyncGenerator<ModelPart> {
  let finishReason: FinishReason | undefined;
  let usage: Usage | undefined;
  for await (const { data } of events) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data) as ChatChunk;
    if (chunk.error !== undefined) {
      throw brokeOff(typeof chunk.error === 'string' ? chunk.error : (chunk.error.message ?? 'an error'));
    }
    const [choice] = chunk.choices ?? [];
    const { content, reasoning_content, reasoning } = choice?.delta ?? {};
    if (content) yield { type: 'delta', text: content };
    else if (reasoning_content || reasoning) yield { type: 'thinking' };
    if (choice?.finish_reason) finishReason = FINISH_REASONS[choice.finish_reason] ?? 'stop';
    if (chunk.usage) {
      const { prompt_tokens: inputTokens = 0, completion_tokens: outputTokens = 0 } = chunk.usage;
      usage = { inputTokens, outputTokens };
    }
  }
  if (finishReason) yield { type: 'finished', finishReason, ...(usage ? { usage } : {}) };
}

function brokeOff(reason: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_MODEL_BROKE_OFF', {
    detail: `The model's server broke off its stream: ${reason}`,
    cause,
  });
}
