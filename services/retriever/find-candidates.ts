import type { SearchResult } from '@freshet/chunk-index';
import { blend, combine } from './combine.ts';
import { type FusedHit, fuse } from './fuse.ts';
import { arrange } from './passages/arrange.ts';
import { expandAcronyms } from './question/acronyms.ts';
import { correct } from './question/correct.ts';
import { MAX_SEARCHES } from './question/split.ts';
import { type CurrentChunk, createRealtimeCheck } from './realtime-check.ts';
import { type SearchOptions, type SearchText, search } from './search.ts';
import type { Stages } from './stages.ts';

export interface FindOptions extends Omit<SearchOptions, 'limit'> {
  /** The question as it stands by itself. */
  query: string;
  /** Passages that are wanted. */
  limit: number;
  /** Hits of each list of a search, to begin with. */
  candidates: number;
  /** Chunks that are read at once, best first. */
  pageSize: number;
  embed(text: string): Promise<SearchText>;
  stages: Stages;
}

export interface Found {
  /** With typing errors corrected. */
  query: string;
  /** All that the searches found, best first, before anything was checked. */
  fused: FusedHit[];
  /** The best of it that are true now and that the caller may see: enough for the passages that are wanted. */
  current: CurrentChunk[];
}

/** How many more hits a search is asked for, when too many of the first were not true any more. */
const GROWTH = 4;
const MAX_CANDIDATES = 1_000;

/** Searches, fuses and checks; once, unless acronyms can be spelt out or too little of what was found is still true. */
export async function findCandidates(
  asked: readonly SearchText[],
  { query, limit, candidates, pageSize, embed, stages, ...options }: FindOptions,
): Promise<Found> {
  const check = createRealtimeCheck(options.index, options.access);
  const isEnough = (current: readonly CurrentChunk[]) => arrange(current, { limit }).length === limit;
  const look = (texts: readonly SearchText[], depth: number) =>
    stages.run('search', () => search(texts, { ...options, limit: depth }));
  const read = async (results: readonly SearchResult[]) => {
    const fused = await stages.run('fuse', () => {
      const lists = results.map((result) => fuse(result));
      const reworded = lists[asked.length];
      const found = combine(lists.slice(0, asked.length));
      return reworded ? blend(found, reworded) : found;
    });
    const checked = await stages.run('realtime', () => check(fused, { pageSize, isEnough }));
    return { fused, ...checked };
  };

  let texts = asked;
  let results = await look(texts, candidates);
  let found = await read(results);

  // Both learn from what this caller may see, and from nothing else.
  const seen = found.current.map(({ chunk }) =>
    [chunk.manifest.title, ...chunk.headingPath, chunk.text].join('\n'),
  );
  const corrected = await stages.run('understand', () => correct(query, seen, options));
  const further = expandAcronyms(corrected ?? query, seen) ?? corrected;
  if (further !== undefined && texts.length < MAX_SEARCHES) {
    const text = await stages.run('embed', () => embed(further));
    results = [...results, ...(await look([text], candidates))];
    texts = [...texts, text];
    found = await read(results);
  }

  for (
    let depth = candidates * GROWTH;
    found.stale > 0 && found.isExhausted && !isEnough(found.current) && depth <= MAX_CANDIDATES;
    depth *= GROWTH
  ) {
    results = await look(texts, depth);
    const known = found.fused.length;
    found = await read(results);
    if (found.fused.length === known) break; // there is no more
  }
  const { fused, current } = found;
  return { query: corrected ?? query, fused, current };
}
