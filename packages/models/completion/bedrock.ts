import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { type BedrockClientOptions, createBedrockClient } from '../bedrock/client.ts';
import { fromBedrock } from '../bedrock/errors.ts';
import { type MetadataBearer, reportRetries } from '../bedrock/retries.ts';
import type { Completer } from '../completion.ts';

export interface BedrockCompleterOptions extends BedrockClientOptions {
  /** Id or ARN of a model or of an inference profile. */
  model: string;
  maxTokens: number;
}

/** Every model that Bedrock speaks to through Converse. */
export function createBedrockCompleter({
  model,
  maxTokens,
  ...clientOptions
}: BedrockCompleterOptions): Completer {
  const client = createBedrockClient(clientOptions);
  return {
    model,
    provider: 'aws.bedrock',
    async complete({ system, messages }, { signal, onRetry }) {
      try {
        const { output, $metadata } = await client.send(
          new ConverseCommand({
            modelId: model,
            system: [{ text: system }],
            messages: messages.map(({ role, content }) => ({ role, content: [{ text: content }] })),
            inferenceConfig: { maxTokens },
          }),
          { abortSignal: signal },
        );
        reportRetries($metadata, onRetry);
        return (output?.message?.content ?? []).map(({ text = '' }) => text).join('');
      } catch (error) {
        reportRetries((error as MetadataBearer).$metadata, onRetry);
        throw fromBedrock(error);
      }
    },
    close: async () => client.destroy(),
  };
}
