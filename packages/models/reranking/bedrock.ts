import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { FreshetError } from '@freshet/shared/errors';
import { type BedrockClientOptions, createBedrockClient } from '../bedrock/client.ts';
import { fromBedrock } from '../bedrock/errors.ts';
import { type MetadataBearer, reportRetries } from '../bedrock/retries.ts';
import type { Reranker } from '../reranking.ts';
import { withTimeLimit } from '../time-limits.ts';
import { BATCH_TEXTS, readRerankScores, rerankInBatches, toRerankBody } from './protocol.ts';

export interface BedrockRerankerOptions extends BedrockClientOptions {
  /** Id of the model. */
  model: string;
  /** Of one call with its retries, in milliseconds. */
  timeoutMs?: number;
}

/** What a body has beside query and texts, by the model. */
const MODELS: readonly { ids: RegExp; extra: object }[] = [
  { ids: /(?:^|\.)cohere\.rerank-/, extra: { api_version: 2 } },
  { ids: /(?:^|\.)amazon\.rerank-/, extra: {} },
];

/**
 * Cohere Rerank and Amazon Rerank on Bedrock, by InvokeModel: it has the same limits as the agents' Rerank operation,
 * and wants neither a client nor a permission beyond those for embeddings.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` for a model that is not known here.
 */
export function createBedrockReranker({
  model: modelId,
  timeoutMs = 5_000,
  ...clientOptions
}: BedrockRerankerOptions): Reranker {
  const model = MODELS.find(({ ids }) => ids.test(modelId));
  if (!model) {
    const detail = `RERANK_MODEL ${modelId} is no reranking model on Bedrock that Freshet knows; docs/models.md lists them.`;
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail });
  }
  const client = createBedrockClient(clientOptions);
  return {
    model: modelId,
    provider: 'aws.bedrock',
    rerank: (query, texts, { signal, onRetry } = {}) =>
      withTimeLimit(
        (abortSignal) =>
          rerankInBatches(query, texts, BATCH_TEXTS.cohere, async (question, batch) => {
            try {
              const { body, $metadata } = await client.send(
                new InvokeModelCommand({
                  modelId,
                  contentType: 'application/json',
                  accept: 'application/json',
                  body: JSON.stringify({ ...toRerankBody('cohere', question, batch), ...model.extra }),
                }),
                { abortSignal },
              );
              reportRetries($metadata, onRetry);
              return readRerankScores(JSON.parse(body.transformToString()), batch);
            } catch (error) {
              reportRetries((error as MetadataBearer).$metadata, onRetry);
              throw fromBedrock(error);
            }
          }),
        { timeoutMs, signal },
      ),
    close: async () => client.destroy(),
  };
}
