/** Words of English that say nothing about a subject. */
const STOP_WORDS = new Set(
  (
    'a about an and any are as at be been but by can could did do does for from had has have how i if in into is it its ' +
    'me my no not of on or our please shall should so some such than that the their them then there these they this ' +
    'those to too us was we were what when where which who whom why will with would you your'
  ).split(' '),
);

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

const JOINT = /[-_.:/@]/;

/**
 * The words of a text in lower case, in order. What is written as one, such as `TW-2041`, `kube-proxy` or
 * `v1.29.3`, comes whole and then in its parts.
 */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}\p{M}]+(?:[-_.:/@][\p{L}\p{N}\p{M}]+)*/gu)) {
    const parts = word.split(JOINT);
    if (parts.length > 1) found.push(word);
    for (const part of parts) found.push(part); // not spread: there may be more than the stack holds
  }
  return found;
}
