import type { FoundChunk } from '@freshet/chunk-index';
import type { CurrentChunk } from '../realtime-check.ts';
import { isFollowedBy } from './join.ts';
import { isNearDuplicate, type Signature, signatureOf } from './near-duplicates.ts';

/** What becomes one passage. */
export interface PassageDraft {
  /** The best of it, which gives it its place. */
  best: CurrentChunk;
  /** Chunks that follow each other, in the order of the document. */
  chunks: CurrentChunk[];
  /** Chunks of other documents with the same text. */
  duplicates: CurrentChunk[];
}

export interface ArrangeOptions {
  /** Most passages. */
  limit: number;
  /** Most chunks of one passage. */
  maxMerged?: number;
  /** Most passages of one document, while others are nearly as good. */
  maxOfDocument?: number;
}

// Chosen on development halves: docs/adr/0020-passages.md.
const MAX_MERGED = 3;
const MAX_OF_DOCUMENT = 2;
const NEARLY_AS_GOOD = 0.8;

/**
 * Makes passages of chunks, best first, until there are `limit`: a neighbour of a chunk that is already in joins its
 * passage, one that says what another one says is folded into it, and further passages of a document wait while those
 * of others are nearly as good.
 */
export function arrange(
  chunks: readonly CurrentChunk[],
  { limit, maxMerged = MAX_MERGED, maxOfDocument = MAX_OF_DOCUMENT }: ArrangeOptions,
): PassageDraft[] {
  const drafts: PassageDraft[] = [];
  const waiting: CurrentChunk[] = [];
  const relevanceOf = relevanceIn(chunks);
  const add = (chunk: CurrentChunk) => {
    if (joinNeighbours(drafts, chunk, maxMerged)) return;
    if (drafts.length < limit) drafts.push({ best: chunk, chunks: [chunk], duplicates: [] });
  };
  let seen = 0;
  for (; seen < chunks.length && drafts.length < limit; seen++) {
    const chunk = chunks[seen]!;
    if (foldInto(drafts, chunk) || joinNeighbours(drafts, chunk, maxMerged)) continue;
    // Those that wait for other documents have waited in vain when no other one is nearly as good.
    const bar = relevanceOf(chunk) / NEARLY_AS_GOOD;
    while (waiting.length > 0 && relevanceOf(waiting[0]!) > bar) add(waiting.shift()!);
    const { documentKey } = chunk.hit;
    const passages = drafts.filter(({ best }) => best.hit.documentKey === documentKey).length;
    if (passages < maxOfDocument) add(chunk);
    else waiting.push(chunk);
  }
  for (const chunk of [...waiting, ...chunks.slice(seen)]) {
    if (drafts.length === limit) break;
    if (!foldInto(drafts, chunk)) add(chunk);
  }
  return drafts;
}

/** From 0 to 1 within these chunks: the reranker's scores have a scale of their own, and may be negative. */
function relevanceIn(chunks: readonly CurrentChunk[]): (chunk: CurrentChunk) => number {
  const scores = chunks.flatMap(({ rerankScore }) => rerankScore ?? []);
  if (scores.length === 0) return ({ score }) => score;
  const lowest = Math.min(...scores);
  const range = Math.max(...scores) - lowest || 1;
  return ({ rerankScore = lowest }) => (rerankScore - lowest) / range;
}

function foldInto(drafts: PassageDraft[], chunk: CurrentChunk): boolean {
  const signature = known(chunk.chunk);
  const same = drafts.find(({ chunks }) =>
    chunks.some((other) => isNearDuplicate(known(other.chunk), signature)),
  );
  if (!same) return false;
  const [only] = same.chunks;
  if (same.chunks.length === 1 && changedAt(chunk) > changedAt(only!)) {
    // The newer one of two that say the same, in the place of the better one.
    same.chunks = [chunk];
    same.duplicates.push(only!);
  } else {
    same.duplicates.push(chunk);
  }
  return true;
}

/** A chunk between two passages makes them one, unless that is too long: then it joins the better one that has room. */
function joinNeighbours(drafts: PassageDraft[], chunk: CurrentChunk, maxMerged: number): boolean {
  const before = drafts.find(({ chunks }) => isFollowedBy(chunks.at(-1)!, chunk));
  const after = drafts.find(({ chunks }) => isFollowedBy(chunk, chunks[0]!));
  if (before && after && before.chunks.length + 1 + after.chunks.length <= maxMerged) {
    const [better, worse] =
      drafts.indexOf(before) < drafts.indexOf(after) ? [before, after] : [after, before];
    better.chunks = [...before.chunks, chunk, ...after.chunks];
    better.duplicates.push(...worse.duplicates);
    drafts.splice(drafts.indexOf(worse), 1);
    return true;
  }
  const joined = drafts.find(
    (draft) => (draft === before || draft === after) && draft.chunks.length < maxMerged,
  );
  if (!joined) return false;
  joined.chunks = joined === before ? [...joined.chunks, chunk] : [chunk, ...joined.chunks];
  return true;
}

const signatures = new WeakMap<FoundChunk, Signature>();

function known(chunk: FoundChunk): Signature {
  let signature = signatures.get(chunk);
  if (!signature) {
    signature = signatureOf(chunk.text);
    signatures.set(chunk, signature);
  }
  return signature;
}

function changedAt({ chunk }: CurrentChunk): number {
  return Date.parse(chunk.manifest.changedAt);
}
