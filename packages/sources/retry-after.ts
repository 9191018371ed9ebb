const LONGEST_MS = 3_600_000;

/**
 * How long an answer asks to be left alone, in milliseconds: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
 * At most an hour; `undefined` where it does not say.
 */
export function readRetryAfter(
  headers: Record<string, string | string[] | undefined>,
  now: number,
): number | undefined {
  const value = [headers['retry-after']].flat()[0]?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms)));
}
