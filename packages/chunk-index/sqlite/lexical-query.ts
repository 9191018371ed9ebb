import { lexicalTerms } from '../lexical-terms.ts';

/**
 * An FTS5 query of a question: any of its terms. Every term is quoted, so nothing that a user types is FTS5 syntax,
 * and a term of several words is a phrase. Empty when the question holds no word at all.
 */
export function lexicalQuery(question: string): string {
  return lexicalTerms(question)
    .map((term) => `"${term}"`)
    .join(' OR ');
}
