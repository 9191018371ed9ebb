import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import pLimit from 'p-limit';
import { type BedrockClientOptions, createBedrockClient } from '../bedrock/client.ts';
import { fromBedrock, isTooLong } from '../bedrock/errors.ts';
import { shortened } from '../context-length.ts';
import type { Embedder } from '../embedding.ts';
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

  async function invoke(texts: readonly string[], kind: 'document' | 'query', signal: AbortSignal) {
    const { body } = await client.send(
      new InvokeModelCommand({
        modelId,
        contentType: 'application/json',
        accept: 'application/json',
        body: JSON.stringify(model.request(texts, kind, dimensions)),
      }),
      { abortSignal: signal },
    );
    return model.read(JSON.parse(body.transformToString()));
  }

  async function fit(texts: readonly string[], kind: 'document' | 'query', signal: AbortSignal) {
    for (let fitting = texts; ; ) {
      try {
        return await invoke(fitting, kind, signal);
      } catch (error) {
        if (model.cutsOff || !isTooLong(error)) throw fromBedrock(error);
        // Ends, for each round is shorter.
        const { message } = error as Error;
        fitting = fitting.map((text) => shortened(text, message));
      }
    }
  }

  const embed = (texts: readonly string[], kind: 'document' | 'query', signal: AbortSignal | undefined) =>
    embedInBatches({
      texts: texts.map((text) => acceptable(text, model.maxCharacters)),
      batchTexts: model.batchTexts,
      limit: kind === 'document' ? documents : queries,
      dimensions,
      signal,
      call: (batch, stop) =>
        withTimeLimit((limited) => fit(batch, kind, limited), { timeoutMs, signal: stop }),
    });

  return {
    fingerprint: `bedrock/${modelId.replace(REGION_PREFIX, '')}/${dimensions}d`,
    dimensions,
    maxTokens: model.maxTokens,
    embedDocuments: (texts, { signal } = {}) => embed(texts, 'document', signal),
    async embedQuery(text, { signal } = {}) {
      const [vector] = await embed([text], 'query', signal);
      return vector!;
    },
    close: async () => client.destroy(),
  };
}
