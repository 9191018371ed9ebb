import type { ChunkIndex, FoundChunk, Hit } from '@freshet/chunk-index';
import type { Access } from '@freshet/shared/contracts';
import { withSpan } from '@freshet/shared/spans';
import { hitId } from './combine.ts';
import type { FusedHit } from './fuse.ts';

/** A candidate that is true now, and that the caller may see. */
export interface CurrentChunk extends FusedHit {
  chunk: FoundChunk;
  /** Of the reranker, on its model's scale. */
  rerankScore?: number;
}

export interface CheckResult {
  /** In the order of the candidates. */
  current: CurrentChunk[];
  /** Candidates that were not true any more. */
  stale: number;
  /** Whether every candidate was looked at. */
  isExhausted: boolean;
}

export interface CheckOptions {
  /** Candidates that are read at once. */
  pageSize: number;
  /** Asked after each page: ends the reading. */
  isEnough: (current: CurrentChunk[]) => boolean;
}

/** Reads what stands behind candidates, best first, until there is enough. */
export type RealtimeCheck = (candidates: readonly FusedHit[], options: CheckOptions) => Promise<CheckResult>;

/** For one question: what it has read once is not read again when a further search finds it again. */
export function createRealtimeCheck(index: ChunkIndex, access: Access): RealtimeCheck {
  const known = new Map<string, FoundChunk | undefined>();

  async function read(hits: readonly Hit[]): Promise<void> {
    const unread = hits.filter((hit) => !known.has(hitId(hit)));
    if (unread.length === 0) return;
    const chunks = await index.readHits(access, unread);
    for (const [i, hit] of unread.entries()) known.set(hitId(hit), chunks[i]);
  }

  return (candidates, { pageSize, isEnough }) =>
    withSpan('realtime check', {}, async (span) => {
      const current: CurrentChunk[] = [];
      let checked = 0;
      while (checked < candidates.length && (checked === 0 || !isEnough(current))) {
        const page = candidates.slice(checked, checked + pageSize);
        await read(page.map(({ hit }) => hit));
        for (const candidate of page) {
          const chunk = known.get(hitId(candidate.hit));
          if (chunk) current.push({ ...candidate, chunk });
        }
        checked += page.length;
      }
      span?.setAttributes({ 'freshet.check.read': checked, 'freshet.check.kept': current.length });
      return { current, stale: checked - current.length, isExhausted: checked === candidates.length };
    });
}
