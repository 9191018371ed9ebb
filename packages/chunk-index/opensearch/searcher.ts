import type { Client } from '@opensearch-project/opensearch';
import type { Hit, SearchRequest, SearchResult } from '../index.ts';
import { lexicalTerms } from '../lexical-terms.ts';
import { toFilter, toNumbers } from './documents.ts';
import { fromStatus, type OpenSearchError } from './failure.ts';

/** BM25 weights of the fields, as in the embedded index. */
const FIELDS = ['title^3', 'headings^2', 'text'];
const EXACT_FIELDS = ['title.exact^3', 'headings.exact^2', 'text.exact'];

interface SearchHit {
  _score: number;
  fields: { documentKey: [string]; ordinal: [number]; version: [number] };
}

type SearchResponse =
  | { status: number; error: OpenSearchError }
  | { status: number; hits: { hits: SearchHit[] } };

export interface SearcherOptions {
  client: Client;
  /** Alias of the chunks. */
  chunks: string;
  /** Candidates of the graph search; 0 leaves it to the engine. */
  efSearch: number;
}

/** Both searches of a question in one `_msearch`, each filtered inside, not after it. */
export function createSearcher({ client, chunks, efSearch }: SearcherOptions) {
  return async ({ access, text, vector, limit, filter }: SearchRequest): Promise<SearchResult> => {
    const conditions = toFilter(access, filter);
    const lexical = lexicalQuery(text);
    const nearest = {
      vector: toNumbers(vector),
      k: limit,
      filter: { bool: { filter: conditions } },
      ...(efSearch > 0 ? { method_parameters: { ef_search: Math.max(efSearch, limit) } } : {}),
    };
    const searches = [
      { knn: { vector: nearest } },
      ...(lexical ? [{ bool: { must: lexical, filter: conditions } }] : []),
    ];
    const header = { index: chunks, allow_partial_search_results: false };
    const lines = searches.flatMap((query) => [header, { ...HITS_ONLY, size: limit, query }]);
    const { body } = await client.msearch({ body: lines as never });
    const [nearestHits = [], lexicalHits = []] = (body.responses as unknown as SearchResponse[]).map(
      readHits,
    );
    return {
      lexical: lexicalHits.map((hit) => toHit(hit, hit._score)),
      vector: nearestHits.map((hit) => toHit(hit, toCosine(hit._score))),
    };
  };
}

/** Ids come from columns, so that no stored document is opened for a hit that fusion drops. */
const HITS_ONLY = {
  _source: false,
  stored_fields: '_none_',
  docvalue_fields: ['documentKey', 'ordinal', 'version'],
  track_total_hits: false,
};

/**
 * Any of the question's words, over all fields as if they were one (BM25F), and what is written as one word also as
 * a phrase, unstemmed. `undefined` when the question holds no word at all.
 */
function lexicalQuery(question: string): object | undefined {
  const terms = lexicalTerms(question);
  if (terms.length === 0) return undefined;
  const joined = terms.filter((term) => /[^\p{L}\p{N}\p{M}]/u.test(term));
  const should = [
    { combined_fields: { query: terms.join(' '), fields: FIELDS } },
    ...joined.map((term) => ({ multi_match: { query: term, type: 'phrase', fields: EXACT_FIELDS } })),
  ];
  return should.length === 1 ? should[0] : { bool: { should } };
}

function readHits(response: SearchResponse): SearchHit[] {
  if ('error' in response) throw fromStatus(response.status, response.error);
  return response.hits.hits;
}

function toHit({ fields }: SearchHit, score: number): Hit {
  return {
    documentKey: fields.documentKey[0],
    ordinal: fields.ordinal[0],
    version: fields.version[0],
    score,
  };
}

/** Inverse of how the k-NN plugin makes a score, which is never negative, out of an inner product. */
function toCosine(score: number): number {
  return score >= 1 ? score - 1 : 1 - 1 / score;
}
