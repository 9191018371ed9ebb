import { FreshetError } from '@freshet/shared/errors';
import { acceptable } from '../embedding/batches.ts';

/** `cohere` is what Cohere, Amazon, Jina, vLLM and LiteLLM speak; `tei` is Text Embeddings Inference. */
export type RerankProtocol = 'cohere' | 'tei';

/** Most texts of one call, unless it is told otherwise: TEI refuses more than 32. */
export const BATCH_TEXTS: Record<RerankProtocol, number> = { cohere: 100, tei: 32 };

/** Longer texts are cut off by every reranker long before. */
const MAX_CHARACTERS = 32_000;

type RerankAnswer =
  | { results?: { index: number; relevance_score: number }[] }
  | { index: number; score: number }[];

/** The body of one call. All texts are asked for: those that are left out would have no score. */
export function toRerankBody(protocol: RerankProtocol, query: string, texts: readonly string[]): object {
  return protocol === 'tei'
    ? { query, texts, truncate: true }
    : { query, documents: texts, top_n: texts.length };
}

/** The scores of an answer in either protocol, in the order of the texts, whatever order they came in. */
export function readRerankScores(answer: unknown, texts: readonly string[]): number[] {
  const given = answer as RerankAnswer;
  const scores = new Map(
    Array.isArray(given)
      ? given.map(({ index, score }) => [index, score])
      : (given.results ?? []).map(({ index, relevance_score }) => [index, relevance_score]),
  );
  return texts.map((_, i) => {
    const score = scores.get(i);
    if (Number.isFinite(score)) return score!;
    const detail = 'The reranker gave no score for a text.';
    throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail });
  });
}

/** Any number of texts in calls of at most `batchTexts`, which run at once. Every text is one that models take. */
export async function rerankInBatches(
  query: string,
  texts: readonly string[],
  batchTexts: number,
  call: (query: string, texts: readonly string[]) => Promise<number[]>,
): Promise<number[]> {
  const batches = Array.from({ length: Math.ceil(texts.length / batchTexts) }, (_, i) =>
    texts.slice(i * batchTexts, (i + 1) * batchTexts).map((text) => acceptable(text, MAX_CHARACTERS)),
  );
  const question = acceptable(query, MAX_CHARACTERS);
  return (await Promise.all(batches.map((batch) => call(question, batch)))).flat();
}
