/** Words of a question that say nothing about its subject; without them a long OR query takes half the time. */
const STOP_WORDS = new Set(
  (
    'a about an and any are as at be been but by can could did do does for from had has have how i if in into is it its ' +
    'me my no not of on or our please shall should so some such than that the their them then there these they this ' +
    'those to too us was we were what when where which who whom why will with would you your'
  ).split(' '),
);

/** Enough for any question; bounds the work of a pasted page. */
const MAX_TERMS = 48;

/**
 * An FTS5 query of a question: any of its words, and words that belong together (`TW-2041`, `kube-proxy`,
 * `v1.29.3`) also as a phrase, so that a passage with the whole identifier comes first. Every term is quoted,
 * so nothing that a user types is FTS5 syntax. Empty when the question holds no word at all.
 */
export function lexicalQuery(question: string): string {
  const terms = new Set<string>();
  for (const [word] of question
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}\p{M}]+(?:[-_.:/@][\p{L}\p{N}\p{M}]+)*/gu)) {
    const parts = word.split(/[-_.:/@]/);
    if (parts.length > 1) terms.add(word);
    for (const part of parts) terms.add(part);
  }
  const telling = [...terms].filter((term) => !STOP_WORDS.has(term));
  return (telling.length > 0 ? telling : [...terms])
    .slice(0, MAX_TERMS)
    .map((term) => `"${term}"`)
    .join(' OR ');
}
