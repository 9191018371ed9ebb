import type { LexicalTerms } from '../lexical-terms.ts';

/**
 * An FTS5 query: any of the terms. Every term is quoted, so nothing that a user types is FTS5 syntax. Empty when there
 * is no word at all.
 */
export function lexicalQuery({ stems, phrases, identifiers }: LexicalTerms): string {
  return [
    ...among('title headings text', stems),
    ...among('exact', phrases.map(toPhrase)),
    ...among('identifiers', identifiers),
  ].join(' OR ');
}

/** An FTS5 query of what holds every one of these phrases. */
export function phraseQuery(phrases: readonly string[][]): string {
  return phrases.map((phrase) => `exact : "${toPhrase(phrase)}"`).join(' AND ');
}

function toPhrase(tokens: readonly string[]): string {
  return tokens.join(' ');
}

function among(columns: string, terms: readonly string[]): string[] {
  return terms.length === 0 ? [] : [`{${columns}} : (${terms.map((term) => `"${term}"`).join(' OR ')})`];
}
