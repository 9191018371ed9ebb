import { setTimeout as pause } from 'node:timers/promises';
import { ConverseStreamCommand, type ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import type { FinishReason, Usage } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { type BedrockClientOptions, createBedrockClient } from '../bedrock/client.ts';
import { fromBedrock } from '../bedrock/errors.ts';
import { type MetadataBearer, reportRetries } from '../bedrock/retries.ts';
import type { Generator } from '../generation.ts';
import {
  createModelGenerator,
  type ModelPart,
  type ModelSettings,
  type ModelStreamOptions,
} from './model-generator.ts';
import type { Prompt } from './prompt.ts';

/** `model` is the id or the ARN of a model or of an inference profile. */
export type BedrockGeneratorOptions = BedrockClientOptions & ModelSettings;

const FINISH_REASONS: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  guardrail_intervened: 'blocked',
  content_filtered: 'blocked',
  refusal: 'blocked',
};

/** Claude, and every other model that Bedrock speaks to through ConverseStream. */
export function createBedrockGenerator({
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
}: BedrockGeneratorOptions): Generator {
  const client = createBedrockClient(clientOptions);

  async function* stream(
    prompt: Prompt,
    { signal, onRetry, deltaIntervalMs }: ModelStreamOptions,
  ): AsyncGenerator<ModelPart> {
    let hasBegun = false;
    try {
      const { stream: events, $metadata } = await client.send(
        new ConverseStreamCommand({
          modelId: model,
          system: [{ text: prompt.system }],
          messages: prompt.messages.map(({ role, content }) => ({ role, content: [{ text: content }] })),
          inferenceConfig: { maxTokens, ...(temperature === undefined ? {} : { temperature }) },
        }),
        { abortSignal: signal },
      );
      hasBegun = true;
      reportRetries($metadata, onRetry);
      if (events) yield* toParts(events, deltaIntervalMs);
    } catch (error) {
      if (!hasBegun) reportRetries((error as MetadataBearer).$metadata, onRetry);
      throw fromBedrock(error, { hasBegun });
    }
  }

  return createModelGenerator({
    model,
    provider: 'aws.bedrock',
    price,
    contextTokens,
    historyTokens,
    prompts,
    firstTokenTimeoutMs,
    betweenTokensTimeoutMs,
    timeoutMs,
    stream,
    close: async () => client.destroy(),
  });
}

/** The end of an answer is seen so many milliseconds late at most. */
const MAX_PAUSE_MS = 10;

/**
 * Usage comes after the reason to stop: only the end of the stream finishes the answer. The stream is left alone for
 * a while after each delta; what the model writes meanwhile then comes as one.
 */
async function* toParts(
  events: AsyncIterable<ConverseStreamOutput>,
  deltaIntervalMs = 0,
): AsyncGenerator<ModelPart> {
  const pauseMs = Math.min(deltaIntervalMs, MAX_PAUSE_MS);
  let stopReason: string | undefined;
  let usage: Usage | undefined;
  for await (const { contentBlockDelta, messageStop, metadata } of events) {
    const text = contentBlockDelta?.delta?.text;
    if (text !== undefined) {
      yield { type: 'delta', text };
      if (pauseMs > 0) await pause(pauseMs);
    } else if (contentBlockDelta) yield { type: 'thinking' };
    if (messageStop) stopReason = messageStop.stopReason;
    if (metadata?.usage) {
      const { inputTokens = 0, outputTokens = 0 } = metadata.usage;
      usage = { inputTokens, outputTokens };
    }
  }
  if (stopReason === undefined) return;
  if (stopReason.startsWith('malformed_')) {
    throw new FreshetError('FRESHET_MODEL_BROKE_OFF', {
      detail: `Bedrock: the model stopped: ${stopReason}.`,
    });
  }
  const finishReason = FINISH_REASONS[stopReason] ?? 'stop';
  yield { type: 'finished', finishReason, ...(usage ? { usage } : {}) };
}
