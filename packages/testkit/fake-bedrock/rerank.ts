import { rerankByWords } from '../fake-rerank.ts';
import { countTokens } from './answer-text.ts';
import { malformed, Refusal } from './faults.ts';
import type { InvokeAnswer } from './invoke.ts';

interface RerankBody {
  query?: unknown;
  documents?: unknown;
  top_n?: number;
  api_version?: number;
}

const MAX_DOCUMENTS = 1000;

/** Cohere Rerank and Amazon Rerank, with the limits that they hold their callers to. Scores are shares of words. */
export function rerank(modelId: string, body: RerankBody): InvokeAnswer {
  const { query, documents, top_n, api_version } = body;
  if (typeof query !== 'string' || query === '') throw malformed('#: required key [query] not found');
  if (!Array.isArray(documents) || documents.length === 0) {
    throw malformed('#: required key [documents] not found');
  }
  if (documents.length > MAX_DOCUMENTS) {
    throw malformed(`#/documents: expected maximum item count: ${MAX_DOCUMENTS}, found: ${documents.length}`);
  }
  if (documents.some((text) => typeof text !== 'string' || text === '')) {
    throw malformed('#/documents: expected minLength: 1, actual: 0');
  }
  if (modelId.includes('cohere') && !(Number(api_version) >= 2)) {
    throw new Refusal('ValidationException', 'api_version must be at least 2');
  }
  const results = rerankByWords(query, documents).slice(0, top_n);
  return {
    body: { results: results.map(({ index, score }) => ({ index, relevance_score: score })) },
    inputTokens: [query, ...documents].reduce((sum, text) => sum + countTokens(text), 0),
  };
}
