import type { SkippedInput } from '@freshet/sources/files/item';
import type { Progress } from './progress.ts';
import type { SyncReport } from './sync.ts';

/** Files of types that nobody meant to send may be many. */
const SHOWN_TYPES = 20;
const UNREAD = 'FRESHET_MEDIA_TYPE_UNSUPPORTED';

/** Says of each input that was not taken under which code it was refused, and how many there were of each code. */
export function showSkipped(skipped: readonly SkippedInput[], progress: Progress): void {
  let unread = 0;
  for (const { name, code, reason } of skipped) {
    if (code === UNREAD) unread += 1;
    if (code !== UNREAD || unread <= SHOWN_TYPES) {
      progress.line(`skipped ${name}: ${code === undefined ? '' : `${code}: `}${reason}`);
    }
  }
  if (unread > SHOWN_TYPES) progress.line(`and ${unread - SHOWN_TYPES} more: ${UNREAD}`);
  for (const [code, count] of countByCode(skipped)) progress.line(`${count} refused under ${code}`);
}

/** How many inputs were refused under each code, the most frequent first. */
export function countByCode(skipped: readonly SkippedInput[]): [code: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { code } of skipped) if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([a, of], [b, than]) => than - of || a.localeCompare(b));
}

/** What a comparison with the source came to, as a line. */
export function toSentence({ unchanged, deleted, refused }: Partial<SyncReport>): string {
  const same = unchanged === undefined ? '' : `${unchanged} documents are unchanged, `;
  const why = refused === undefined ? '' : `: ${refused}`;
  return `${same}${deleted} were deleted that the source no longer has${why}\n`;
}
