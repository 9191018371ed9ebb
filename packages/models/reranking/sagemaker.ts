import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { BedrockClientOptions } from '../bedrock/client.ts';
import { fromAws } from '../bedrock/errors.ts';
import { createRequestHandler } from '../bedrock/request-handler.ts';
import { type MetadataBearer, reportRetries } from '../bedrock/retries.ts';
import type { Reranker } from '../reranking.ts';
import { withTimeLimit } from '../time-limits.ts';
import {
  BATCH_TEXTS,
  type RerankProtocol,
  readRerankScores,
  rerankInBatches,
  toRerankBody,
} from './protocol.ts';

/** `endpoint` is in place of the region's public address of SageMaker Runtime. */
export interface SageMakerRerankerOptions extends BedrockClientOptions {
  /** Name of the endpoint that serves the model. */
  model: string;
  /** What its container speaks: `tei` for Hugging Face's, `cohere` for Cohere's. */
  protocol?: RerankProtocol;
  /** Most texts in one call. */
  batchTexts?: number;
  /** Of one call with its retries, in milliseconds. */
  timeoutMs?: number;
}

/** A reranker behind a SageMaker endpoint, by InvokeEndpoint. */
export function createSageMakerReranker({
  model,
  protocol = 'tei',
  batchTexts = BATCH_TEXTS[protocol],
  timeoutMs = 5_000,
  region,
  endpoint,
  credentials,
  maxAttempts = 3,
  connections = 128,
}: SageMakerRerankerOptions): Reranker {
  const client = new SageMakerRuntimeClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    requestHandler: createRequestHandler(connections),
  });
  return {
    model,
    provider: 'aws.sagemaker',
    rerank: (query, texts, { signal, onRetry } = {}) =>
      withTimeLimit(
        (abortSignal) =>
          rerankInBatches(query, texts, batchTexts, async (question, batch) => {
            try {
              const { Body, $metadata } = await client.send(
                new InvokeEndpointCommand({
                  EndpointName: model,
                  ContentType: 'application/json',
                  Accept: 'application/json',
                  Body: JSON.stringify(toRerankBody(protocol, question, batch)),
                }),
                { abortSignal },
              );
              reportRetries($metadata, onRetry);
              return readRerankScores(JSON.parse(Body?.transformToString() ?? 'null'), batch);
            } catch (error) {
              reportRetries((error as MetadataBearer).$metadata, onRetry);
              throw fromAws('SageMaker', error);
            }
          }),
        { timeoutMs, signal },
      ),
    close: async () => client.destroy(),
  };
}
