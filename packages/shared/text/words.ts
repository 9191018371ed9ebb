const JOINT = /[-_.:/@]/;

/**
 * The words of a text in lower case, in order. What is written as one, such as `TW-2041`, `kube-proxy` or
 * `v1.29.3`, comes whole and then in its parts.
 */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const { whole, parts } of joinedWords(text)) {
    if (parts.length > 1) found.push(whole.toLowerCase());
    for (const part of parts) found.push(part.toLowerCase()); // not spread: there may be more than the stack holds
  }
  return found;
}

export interface JoinedWord {
  /** As it is written. */
  whole: string;
  /** What stands between its joints: one, for a plain word. */
  parts: string[];
}

/** What is written as one, in order. */
export function* joinedWords(text: string): Generator<JoinedWord> {
  for (const [whole] of text.matchAll(/[\p{L}\p{N}\p{M}]+(?:[-_.:/@][\p{L}\p{N}\p{M}]+)*/gu)) {
    yield { whole, parts: whole.split(JOINT) };
  }
}
