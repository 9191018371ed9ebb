import type { SkippedInput } from '@freshet/sources/files/item';
import type { Progress } from './progress.ts';
import type { SyncReport } from './sync.ts';

const SHOWN_SKIPS = 20;

/** Says what was skipped and why, as far as somebody would read it. */
export function showSkipped(skipped: readonly SkippedInput[], progress: Progress): void {
  for (const { name, reason } of skipped.slice(0, SHOWN_SKIPS)) progress.line(`skipped ${name}: ${reason}`);
  const more = skipped.length - SHOWN_SKIPS;
  if (more > 0) progress.line(`and ${more} more`);
}

/** What a comparison with the source came to, as a line. */
export function toSentence({ unchanged, deleted, refused }: Partial<SyncReport>): string {
  const same = unchanged === undefined ? '' : `${unchanged} documents are unchanged, `;
  const why = refused === undefined ? '' : `: ${refused}`;
  return `${same}${deleted} were deleted that the source no longer has${why}\n`;
}
