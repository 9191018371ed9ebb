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

/** Without any of these, nothing ends. */
const MARK = /[\n.!?…]/;

/** Cuts a stream of text into sentences; a citation marker that comes in two deltas stays whole. */
export function createSentenceStream(): SentenceStream {
  let rest = '';
  let mayEnd = false;
  const complete = (parts: string[]) => parts.map((part) => part.trim()).filter((part) => part !== '');
  return {
    push(delta) {
      rest += delta;
      // Most deltas are words in the middle of a sentence: the whole of it is not searched again for each of them.
      mayEnd ||= MARK.test(delta);
      if (!mayEnd) return [];
      const parts = rest.split(END);
      // The last part may go on, and white space at its end is what the next delta decides on.
      rest = parts.pop() ?? '';
      mayEnd = MARK.test(rest);
      return complete(parts);
    },
    finish() {
      const parts = rest.split(END);
      rest = '';
      return complete(parts);
    },
  };
}
