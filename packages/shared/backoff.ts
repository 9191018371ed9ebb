export interface BackoffOptions {
  /** The longest first pause, in milliseconds. */
  baseMs?: number | undefined;
  /** No pause is longer, in milliseconds. */
  maxMs?: number | undefined;
  random?: (() => number) | undefined;
}

/** Milliseconds to pause after that many failures in a row. */
export type Backoff = (failures: number) => number;

/**
 * Doubles from `baseMs` to `maxMs`; the upper half of each pause is random, so that members that failed together
 * do not return together, and none returns at once.
 */
export function createBackoff({
  baseMs = 250,
  maxMs = 30_000,
  random = Math.random,
}: BackoffOptions): Backoff {
  return (failures) => {
    const ceiling = Math.min(maxMs, baseMs * 2 ** (failures - 1));
    return ceiling / 2 + (random() * ceiling) / 2;
  };
}
