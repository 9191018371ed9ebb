import { isStopWord, words } from '@freshet/shared/text/words';

/** Enough for any question; bounds the work of a pasted page. */
const MAX_TERMS = 48;

/**
 * An FTS5 query of a question: any of its words, and words that belong together (`TW-2041`, `kube-proxy`) also as a
 * phrase, so that a passage with the whole identifier comes first. Every term is quoted, so nothing that a user
 * types is FTS5 syntax. Stop words are left out: they say nothing and take half the time of a long OR query.
 * Empty when the question holds no word at all.
 */
export function lexicalQuery(question: string): string {
  const terms = [...new Set(words(question))];
  const telling = terms.filter((term) => !isStopWord(term));
  return (telling.length > 0 ? telling : terms)
    .slice(0, MAX_TERMS)
    .map((term) => `"${term}"`)
    .join(' OR ');
}
