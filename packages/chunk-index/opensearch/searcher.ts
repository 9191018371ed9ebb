import type { Client } from '@opensearch-project/opensearch';
import type { Hit, SearchRequest, SearchResult } from '../index.ts';
import { isEmpty, type LexicalTerms, lexicalTerms } from '../lexical-terms.ts';
import { toFilter, toNumbers } from './documents.ts';
import { fromStatus, type OpenSearchError } from './failure.ts';

/** BM25 weights of the fields, as in the embedded index. */
const FIELDS = ['terms.title^3', 'terms.headings^2', 'terms.text'];
const EXACT_WEIGHT = 0.5;
const IDENTIFIER_WEIGHT = 1;

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
  async function searchBoth(
    { vector, limit }: SearchRequest,
    terms: LexicalTerms,
    conditions: object[],
  ): Promise<SearchResult> {
    const nearest = {
      vector: toNumbers(vector),
      k: limit,
      filter: { bool: { filter: conditions } },
      ...(efSearch > 0 ? { method_parameters: { ef_search: Math.max(efSearch, limit) } } : {}),
    };
    const searches = [
      { knn: { vector: nearest } },
      ...(isEmpty(terms) ? [] : [{ bool: { must: lexicalQuery(terms), filter: conditions } }]),
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
  }

  return async (request: SearchRequest): Promise<SearchResult> => {
    const conditions = toFilter(request.access, request.filter);
    const terms = lexicalTerms(request.text, request.language);
    if (terms.quoted.length > 0) {
      const narrowed = await searchBoth(request, terms, [
        ...conditions,
        ...terms.quoted.map((phrase) => phraseQuery(phrase)),
      ]);
      if (narrowed.lexical.length > 0) return narrowed;
    }
    return searchBoth(request, terms, conditions);
  };
}

/** Ids come from columns, so that no stored document is opened for a hit that fusion drops. */
const HITS_ONLY = {
  _source: false,
  stored_fields: '_none_',
  docvalue_fields: ['documentKey', 'ordinal', 'version'],
  track_total_hits: false,
};

/** Any of the terms: stems over all fields as if they were one (BM25F), the others by their own. */
function lexicalQuery({ stems, phrases, identifiers }: LexicalTerms): object {
  const should = [
    { combined_fields: { query: stems.join(' '), fields: FIELDS } },
    ...phrases.map((phrase) => phraseQuery(phrase, EXACT_WEIGHT)),
    ...identifiers.map((value) => ({
      term: { 'terms.identifiers': { value, boost: IDENTIFIER_WEIGHT } },
    })),
  ];
  return { bool: { should } };
}

function phraseQuery(phrase: readonly string[], boost = 1): object {
  return { match_phrase: { 'terms.exact': { query: phrase.join(' '), boost } } };
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
