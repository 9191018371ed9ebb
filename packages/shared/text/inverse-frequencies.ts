/**
 * What a word weighs that `count` of `total` texts hold: rare ones more, and none less than 0. The robust IDF of BM25
 * (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
 */
export function inverseFrequency(count: number, total: number): number {
  return Math.log(1 + (total - count + 0.5) / (count + 0.5));
}

/** The weight of each word by the texts at hand, which are given as what they hold. */
export function inverseFrequencies(
  words: Iterable<string>,
  texts: readonly ReadonlySet<string>[],
): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of words) {
    const count = texts.filter((text) => text.has(word)).length;
    weights.set(word, inverseFrequency(count, texts.length));
  }
  return weights;
}
