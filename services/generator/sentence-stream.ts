export interface SentenceStream {
  /** Sentences that ended in the text so far. */
  push(delta: string): string[];
  /** What was left without an end. */
  finish(): string[];
}

/**
 * Where a sentence ends while the text still comes in: at a line end, or after its mark and any citations that
 * follow it, once what comes after the white space shows that no further citation does.
 */
const END = /\n+|(?<=[.!?…]["'”’)]*(?:\s?\[\d{1,3}\])*)\s+(?=[^\s[])/u;

/** Cuts a stream of text into sentences; a citation marker that comes in two deltas stays whole. */
export function createSentenceStream(): SentenceStream {
  let rest = '';
  const complete = (parts: string[]) => parts.map((part) => part.trim()).filter((part) => part !== '');
  return {
    push(delta) {
      rest += delta;
      const parts = rest.split(END);
      // The last part may go on, and white space at its end is what the next delta decides on.
      rest = parts.pop() ?? '';
      return complete(parts);
    },
    finish() {
      const parts = rest.split(END);
      rest = '';
      return complete(parts);
    },
  };
}
