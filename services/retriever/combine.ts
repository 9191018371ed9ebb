import type { Hit } from '@freshet/chunk-index';
import type { FusedHit } from './fuse.ts';

export function hitId({ documentKey, ordinal }: Hit): string {
  return `${documentKey}#${ordinal}`;
}

/**
 * The fused hits of several searches as one list. Each list's scores are normalised by themselves, so that the best of
 * each part of a question stand at the head; a hit in several lists counts where it is best.
 */
export function combine(lists: readonly FusedHit[][]): FusedHit[] {
  if (lists.length === 1) return lists[0]!;
  const combined = new Map<string, FusedHit>();
  for (const found of lists.flat()) {
    const id = hitId(found.hit);
    const known = combined.get(id);
    if (!known || found.score > known.score) combined.set(id, found);
  }
  return [...combined.values()].sort((a, b) => b.score - a.score);
}

/** Of the reworded question: its words are those of the documents. */
const REWORDED_WEIGHT = 2 / 3;

/**
 * The hits of a question and of the same question in other words: the weighted mean of both scores, so that what both
 * find comes first. A list counts for nothing where it does not have the hit.
 */
export function blend(asked: readonly FusedHit[], reworded: readonly FusedHit[]): FusedHit[] {
  const blended = new Map(
    asked.map((found) => [hitId(found.hit), { ...found, score: found.score * (1 - REWORDED_WEIGHT) }]),
  );
  for (const found of reworded) {
    const id = hitId(found.hit);
    const known = blended.get(id);
    const score = (known?.score ?? 0) + found.score * REWORDED_WEIGHT;
    blended.set(id, { ...found, ...known, score });
  }
  return [...blended.values()].sort((a, b) => b.score - a.score);
}
