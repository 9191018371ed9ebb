import { isStopWord, words } from '@freshet/shared/text/words';

/** Enough for any question; bounds the work of a pasted page. */
const MAX_TERMS = 48;

/**
 * What a lexical search looks for: the distinct words of a question, and what is written as one (`tw-2041`,
 * `kube-proxy`) also whole, to be found as a phrase, so that a passage with the whole identifier comes first. Stop
 * words are left out where there are others: they say nothing and take half the time of a long OR query.
 */
export function lexicalTerms(question: string): string[] {
  const terms = [...new Set(words(question))];
  const telling = terms.filter((term) => !isStopWord(term));
  return (telling.length > 0 ? telling : terms).slice(0, MAX_TERMS);
}
