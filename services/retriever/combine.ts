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
