import type { Hit, SearchResult } from '@freshet/chunk-index';

/** A chunk that one or both searches found. */
export interface FusedHit {
  hit: Hit;
  /** 0 to 1. */
  score: number;
  lexicalScore?: number;
  vectorScore?: number;
}

/** Share of the vector search in the fused score; see docs/adr/0005-fusion.md. */
const VECTOR_WEIGHT = 0.5;

/**
 * Fuses both lists by a convex combination of their min-max normalised scores (Bruch, Gai and Ingber, "An Analysis
 * of Fusion Functions for Hybrid Retrieval", 2023). Lexical scores are normalised from 0, the least that BM25 gives;
 * cosine similarities from the lowest one in the list. A hit that one list lacks gets nothing from it.
 */
export function fuse({ lexical, vector }: SearchResult, vectorWeight = VECTOR_WEIGHT): FusedHit[] {
  const fused = new Map<string, FusedHit>();
  const idOf = ({ documentKey, ordinal }: Hit) => `${documentKey}#${ordinal}`;

  const highest = Math.max(...lexical.map(({ score }) => score), 0);
  for (const hit of lexical) {
    const share = highest === 0 ? 0 : hit.score / highest;
    fused.set(idOf(hit), { hit, score: (1 - vectorWeight) * share, lexicalScore: hit.score });
  }

  const scores = vector.map(({ score }) => score);
  const lowest = Math.min(...scores);
  const range = Math.max(...scores) - lowest;
  for (const hit of vector) {
    const share = range === 0 ? 1 : (hit.score - lowest) / range;
    const known = fused.get(idOf(hit)) ?? { hit, score: 0 };
    fused.set(idOf(hit), { ...known, score: known.score + vectorWeight * share, vectorScore: hit.score });
  }

  return [...fused.values()].sort(
    (a, b) =>
      b.score - a.score ||
      a.hit.documentKey.localeCompare(b.hit.documentKey) ||
      a.hit.ordinal - b.hit.ordinal,
  );
}
