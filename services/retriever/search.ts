import type { ChunkIndex, SearchResult } from '@freshet/chunk-index';
import type { Access, SearchFilter } from '@freshet/shared/contracts';
import { withSpan } from '@freshet/shared/spans';

/** One text to search for, in words and by meaning. */
export interface SearchText {
  text: string;
  vector: Float32Array;
}

export interface SearchOptions {
  index: ChunkIndex;
  access: Access;
  filter: SearchFilter | undefined;
  /** Hits of each list. */
  limit: number;
  signal: AbortSignal;
}

/** Searches for several texts at once. Their results come in their order. */
export function search(
  texts: readonly SearchText[],
  { index, access, filter, limit, signal }: SearchOptions,
): Promise<SearchResult[]> {
  return withSpan('search', {}, async (span) => {
    const results = await Promise.all(
      texts.map(({ text, vector }) =>
        index.search({ access, text, vector, limit, ...(filter ? { filter } : {}) }),
      ),
    );
    span?.setAttributes({
      'freshet.search.texts': texts.length,
      'freshet.search.lexical_hits': results.reduce((sum, { lexical }) => sum + lexical.length, 0),
      'freshet.search.vector_hits': results.reduce((sum, { vector }) => sum + vector.length, 0),
    });
    signal.throwIfAborted();
    return results;
  });
}
