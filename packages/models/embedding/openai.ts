import { createHash } from 'node:crypto';
import { hasCode } from '@freshet/shared/errors';
import pLimit from 'p-limit';
import { saysTooLong, shortened } from '../context-length.ts';
import type { Embedder, EmbedOptions } from '../embedding.ts';
import { createModelClient, type ModelClientOptions } from '../openai/client.ts';
import { withTimeLimit } from '../time-limits.ts';
import { acceptable, embedInBatches } from './batches.ts';

export interface OpenAiEmbedderOptions extends ModelClientOptions {
  model: string;
  /** Those of the model, or those that it is asked for. */
  dimensions: number;
  /** Asks for the dimensions; models that know only their own refuse the question. */
  sendDimensions?: boolean;
  /** What the model reads; longer texts are cut off. */
  maxTokens?: number;
  /** Put before queries and before documents, as the model's card says: e5 wants `query: ` and `passage: `. */
  queryPrefix?: string;
  documentPrefix?: string;
  batchTexts?: number;
  /** Calls for documents that run at once. Queries do not wait for them. */
  concurrency?: number;
  /** Of one call with its retries, in milliseconds. */
  timeoutMs?: number;
}

/** Hardly any text has more characters a token; what is beyond is cut off before it is sent. */
const MAX_CHARACTERS_PER_TOKEN = 8;

interface EmbeddingsAnswer {
  data: { index: number; embedding: number[] }[];
}

/**
 * Any server with OpenAI's `/embeddings`: vLLM, Ollama, LiteLLM, TEI. Takes any string; vectors are made unit
 * length here. Makes no call before the first text.
 */
export function createOpenAiEmbedder({
  model,
  dimensions,
  sendDimensions = false,
  maxTokens = 512,
  queryPrefix = '',
  documentPrefix = '',
  batchTexts = 32,
  concurrency = 4,
  timeoutMs = 20_000,
  ...clientOptions
}: OpenAiEmbedderOptions): Embedder {
  const client = createModelClient(clientOptions);
  const documents = pLimit(concurrency);
  const maxCharacters = maxTokens * MAX_CHARACTERS_PER_TOKEN;
  const queries = pLimit(Number.POSITIVE_INFINITY);
  const prefixes = createHash('sha256')
    .update(JSON.stringify([queryPrefix, documentPrefix]))
    .digest('hex');

  async function request(
    texts: readonly string[],
    signal: AbortSignal,
    onRetry: (() => void) | undefined,
  ): Promise<number[][]> {
    const answer = await client.json(
      '/embeddings',
      { model, input: texts, encoding_format: 'float', ...(sendDimensions ? { dimensions } : {}) },
      signal,
      onRetry,
    );
    const { data = [] } = answer as Partial<EmbeddingsAnswer>;
    return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  }

  /** One text that is too long fails its whole batch, so it is looked for, and cut. */
  async function fit(
    texts: readonly string[],
    signal: AbortSignal,
    onRetry: (() => void) | undefined,
  ): Promise<number[][]> {
    const again = (part: readonly string[]) => fit(part, signal, onRetry);
    try {
      return await request(texts, signal, onRetry);
    } catch (error) {
      const message = tooLong(error);
      if (message === undefined || (texts.length === 1 && texts[0]!.length <= 1)) throw error;
      if (texts.length === 1) return again([acceptable(shortened(texts[0]!, message), maxCharacters)]);
      const middle = Math.ceil(texts.length / 2);
      return [...(await again(texts.slice(0, middle))), ...(await again(texts.slice(middle)))];
    }
  }

  const embed = (
    texts: readonly string[],
    { prefix, limit, signal, onRetry }: EmbedOptions & { prefix: string; limit: typeof queries },
  ) =>
    embedInBatches({
      texts: texts.map((text) => acceptable(prefix + acceptable(text, maxCharacters), maxCharacters)),
      batchTexts,
      limit,
      dimensions,
      signal,
      call: (batch, stop) =>
        withTimeLimit((limited) => fit(batch, limited, onRetry), { timeoutMs, signal: stop }),
    });

  return {
    fingerprint: [
      'openai',
      model,
      ...(queryPrefix + documentPrefix === '' ? [] : [`prefixes-${prefixes.slice(0, 8)}`]),
      `${maxTokens}t`,
      `${dimensions}d`,
    ].join('/'),
    model,
    provider: 'openai',
    dimensions,
    maxTokens,
    embedDocuments: (texts, options) =>
      embed(texts, { prefix: documentPrefix, limit: documents, ...options }),
    async embedQuery(text, options) {
      const [vector] = await embed([text], { prefix: queryPrefix, limit: queries, ...options });
      return vector!;
    },
    close: () => client.close(),
  };
}

/** What the server said, when that was that a text is too long. */
function tooLong(error: unknown): string | undefined {
  if (!hasCode(error, 'FRESHET_CONTEXT_TOO_LONG')) return undefined;
  const { message } = error.cause as Error;
  // Without the status that stands before it: its number is none of tokens.
  return saysTooLong(message) ? message.slice(message.indexOf(':') + 1) : undefined;
}
