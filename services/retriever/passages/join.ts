import type { CurrentChunk } from '../realtime-check.ts';

/** Between chunks that follow each other stands nothing but white space, and little of it. */
const MAX_GAP_CHARACTERS = 8;

/** Whether `next` is the chunk right behind `chunk`, of the same version of one document. */
export function isFollowedBy(chunk: CurrentChunk, next: CurrentChunk): boolean {
  return (
    chunk.hit.documentKey === next.hit.documentKey &&
    chunk.hit.version === next.hit.version &&
    chunk.hit.ordinal + 1 === next.hit.ordinal &&
    next.chunk.span.start - chunk.chunk.span.end <= MAX_GAP_CHARACTERS
  );
}

/** Text and span of chunks that follow each other. What two of them repeat is there once. */
export function join(chunks: readonly CurrentChunk[]) {
  const { headingPath, ...first } = chunks[0]!.chunk;
  let { text } = first;
  const span = { ...first.span };
  let common = headingPath;
  for (const { chunk } of chunks.slice(1)) {
    const gap = chunk.span.start - span.end;
    // The text keeps the length of its span, whichever white space it was.
    text += gap >= 0 ? `${'\n'.repeat(gap)}${chunk.text}` : chunk.text.slice(-gap);
    span.end = Math.max(span.end, chunk.span.end);
    const end = common.findIndex((heading, level) => heading !== chunk.headingPath[level]);
    if (end !== -1) common = common.slice(0, end);
  }
  return { headingPath: common, text, span };
}
