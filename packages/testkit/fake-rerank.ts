/** The share of the query's words that each text has, as a reranker's answer lists it: the best first, by index. */
export function rerankByWords(query: string, texts: readonly string[]): { index: number; score: number }[] {
  const words = new Set(query.toLowerCase().match(/\w+/g));
  return texts
    .map((text, index) => {
      const shared = (text.toLowerCase().match(/\w+/g) ?? []).filter((word) => words.has(word)).length;
      return { index, score: shared / words.size };
    })
    .toSorted((a, b) => b.score - a.score);
}
