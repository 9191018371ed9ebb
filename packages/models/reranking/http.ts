import { FreshetError } from '@freshet/shared/errors';
import { acceptable } from '../embedding/batches.ts';
import { createModelClient, type ModelClientOptions } from '../openai/client.ts';
import type { Reranker } from '../reranking.ts';
import { withTimeLimit } from '../time-limits.ts';

export interface HttpRerankerOptions extends ModelClientOptions {
  model: string;
  /** `cohere` is what Cohere, Jina, vLLM and LiteLLM speak; `tei` is Text Embeddings Inference. */
  protocol?: 'cohere' | 'tei';
  /** Most texts in one call; TEI takes 32 unless told otherwise. */
  batchTexts?: number;
  /** Of one call with its retries, in milliseconds. */
  timeoutMs?: number;
}

type RerankAnswer =
  | { results: { index: number; relevance_score: number }[] }
  | { index: number; score: number }[];

/** Longer texts are cut off by every reranker long before. */
const MAX_CHARACTERS = 32_000;

/** Any server with `POST {base}/rerank`. */
export function createHttpReranker({
  model,
  protocol = 'cohere',
  batchTexts = protocol === 'tei' ? 32 : 100,
  timeoutMs = 5_000,
  ...clientOptions
}: HttpRerankerOptions): Reranker {
  const client = createModelClient(clientOptions);
  const toBody = (query: string, texts: readonly string[]) =>
    protocol === 'tei'
      ? { query, texts, truncate: true }
      : { model, query, documents: texts, top_n: texts.length };

  async function score(query: string, texts: readonly string[], signal: AbortSignal): Promise<number[]> {
    const answer = (await client.json('/rerank', toBody(query, texts), signal)) as RerankAnswer;
    const scores = new Map(
      Array.isArray(answer)
        ? answer.map(({ index, score }) => [index, score])
        : (answer.results ?? []).map(({ index, relevance_score }) => [index, relevance_score]),
    );
    return texts.map((_, i) => {
      const score = scores.get(i);
      if (Number.isFinite(score)) return score!;
      const detail = 'The reranker gave no score for a text.';
      throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail });
    });
  }

  return {
    model,
    async rerank(query, texts, { signal } = {}) {
      const batches = Array.from({ length: Math.ceil(texts.length / batchTexts) }, (_, i) =>
        texts.slice(i * batchTexts, (i + 1) * batchTexts).map((text) => acceptable(text, MAX_CHARACTERS)),
      );
      const scores = await withTimeLimit(
        (limited) =>
          Promise.all(batches.map((batch) => score(acceptable(query, MAX_CHARACTERS), batch, limited))),
        { timeoutMs, signal },
      );
      return scores.flat();
    },
    close: () => client.close(),
  };
}
