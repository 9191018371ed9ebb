import type { Backoff } from '@freshet/shared/backoff';
import { isSame } from './lease.ts';
import type { Claim } from './members.ts';

interface Retry {
  claim: Claim;
  failures: number;
  dueAt: number;
  /** How many records the failed batch had: the same ones come again. */
  records: number;
}

/** Which partitions pause after a batch that failed. */
export interface Retries {
  /** `undefined` unless the partition's last batch failed under this claim. */
  get(claim: Claim): Readonly<Retry> | undefined;
  isPaused(claim: Claim): boolean;
  /** Whether a pause is over. */
  hasDue(): boolean;
  fail(claim: Claim, records: number): void;
  succeed(claim: Claim): void;
  /** Forgets what failed under other claims. */
  keep(claims: readonly Claim[]): void;
}

export function createRetries(backoff: Backoff, now: () => number): Retries {
  const retries = new Map<number, Retry>();

  function get(claim: Claim): Retry | undefined {
    const retry = retries.get(claim.partitionId);
    return retry && isSame(retry.claim, claim) ? retry : undefined;
  }

  return {
    get,
    isPaused: (claim) => now() < (get(claim)?.dueAt ?? 0),
    hasDue: () => [...retries.values()].some(({ dueAt }) => now() >= dueAt),
    fail(claim, records) {
      const failures = (get(claim)?.failures ?? 0) + 1;
      retries.set(claim.partitionId, { claim, failures, dueAt: now() + backoff(failures), records });
    },
    succeed: ({ partitionId }) => retries.delete(partitionId),
    keep(claims) {
      for (const { claim } of retries.values()) {
        if (!claims.some((held) => isSame(held, claim))) retries.delete(claim.partitionId);
      }
    },
  };
}
