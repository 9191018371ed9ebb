import { createModelClient, type ModelClientOptions } from '../openai/client.ts';
import type { Reranker } from '../reranking.ts';
import { withTimeLimit } from '../time-limits.ts';
import {
  BATCH_TEXTS,
  type RerankProtocol,
  readRerankScores,
  rerankInBatches,
  toRerankBody,
} from './protocol.ts';

export interface HttpRerankerOptions extends ModelClientOptions {
  model: string;
  protocol?: RerankProtocol;
  /** Most texts in one call. */
  batchTexts?: number;
  /** Of one call with its retries, in milliseconds. */
  timeoutMs?: number;
}

/** Any server with `POST {base}/rerank`. */
export function createHttpReranker({
  model,
  protocol = 'cohere',
  batchTexts = BATCH_TEXTS[protocol],
  timeoutMs = 5_000,
  ...clientOptions
}: HttpRerankerOptions): Reranker {
  const client = createModelClient(clientOptions);
  const naming = protocol === 'cohere' ? { model } : {};
  return {
    model,
    rerank: (query, texts, { signal, onRetry } = {}) =>
      withTimeLimit(
        (limited) =>
          rerankInBatches(query, texts, batchTexts, async (question, batch) => {
            const body = { ...naming, ...toRerankBody(protocol, question, batch) };
            return readRerankScores(await client.json('/rerank', body, limited, onRetry), batch);
          }),
        { timeoutMs, signal },
      ),
    close: () => client.close(),
  };
}
