import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import pLimit from 'p-limit';
import { type BedrockClientOptions, createBedrockClient } from '../bedrock/client.ts';
import { fromBedrock, isTooLong } from '../bedrock/errors.ts';
import { type MetadataBearer, reportRetries } from '../bedrock/retries.ts';
import { shortened } from '../context-length.ts';
import type { Embedder, EmbedOptions } from '../embedding.ts';
import { withTimeLimit } from '../time-limits.ts';
import { acceptable, embedInBatches } from './batches.ts';
import { resolveModel } from './bedrock/model.ts';

export interface BedrockEmbedderOptions extends BedrockClientOptions {
  /** Id of the model or of its inference profile. */
  model: string;
  /** By default the model's own. */
  dimensions?: number | undefined;
  /** Calls for documents that run at once. Queries do not wait for them. */
  concurrency?: number;
  /** Of one call with its retries, in milliseconds. */
  timeoutMs?: number;
}

interface CallOptions {
  kind: 'document' | 'query';
  signal: AbortSignal;
  onRetry: (() => void) | undefined;
}

/** Which region answers makes no difference to a vector. */
const REGION_PREFIX = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./;

/**
 * Titan Text Embeddings V2 and Cohere Embed on Bedrock. Takes any string; what the model has no room for is cut
 * off. Makes no call before the first text.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` for a model or dimensions that are not to be had.
 */
export function createBedrockEmbedder({
  model: modelId,
  dimensions: wantedDimensions,
  concurrency = 8,
  timeoutMs = 20_000,
  ...clientOptions
}: BedrockEmbedderOptions): Embedder {
  const { model, dimensions } = resolveModel(modelId, wantedDimensions);
  const client = createBedrockClient(clientOptions);
  const documents = pLimit(concurrency);
  const queries = pLimit(Number.POSITIVE_INFINITY);

  async function invoke(texts: readonly string[], { kind, signal, onRetry }: CallOptions) {
    const { body, $metadata } = await client.send(
      new InvokeModelCommand({
        modelId,
        contentType: 'application/json',
        accept: 'application/json',
        body: JSON.stringify(model.request(texts, kind, dimensions)),
      }),
      { abortSignal: signal },
    );
    reportRetries($metadata, onRetry);
    return model.read(JSON.parse(body.transformToString()));
  }

  async function fit(texts: readonly string[], options: CallOptions) {
    for (let fitting = texts; ; ) {
      try {
        return await invoke(fitting, options);
      } catch (error) {
        reportRetries((error as MetadataBearer).$metadata, options.onRetry);
        if (model.cutsOff || !isTooLong(error)) throw fromBedrock(error);
        // Ends, for each round is shorter.
        const { message } = error as Error;
        fitting = fitting.map((text) => shortened(text, message));
      }
    }
  }

  const embed = (
    texts: readonly string[],
    kind: 'document' | 'query',
    { signal, onRetry }: EmbedOptions = {},
  ) =>
    embedInBatches({
      texts: texts.map((text) => acceptable(text, model.maxCharacters)),
      batchTexts: model.batchTexts,
      limit: kind === 'document' ? documents : queries,
      dimensions,
      signal,
      call: (batch, stop) =>
        withTimeLimit((limited) => fit(batch, { kind, signal: limited, onRetry }), {
          timeoutMs,
          signal: stop,
        }),
    });

  return {
    fingerprint: `bedrock/${modelId.replace(REGION_PREFIX, '')}/${dimensions}d`,
    model: modelId,
    provider: 'aws.bedrock',
    dimensions,
    maxTokens: model.maxTokens,
    embedDocuments: (texts, options) => embed(texts, 'document', options),
    async embedQuery(text, options) {
      const [vector] = await embed([text], 'query', options);
      return vector!;
    },
    close: async () => client.destroy(),
  };
}
