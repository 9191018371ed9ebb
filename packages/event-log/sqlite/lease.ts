import type { Claim } from './members.ts';
import type { Thread } from './thread.ts';

export interface LeaseOptions {
  thread: Thread;
  group: number;
  leaseMs: number;
  now: () => number;
}

/** A member's place in its group, and the partitions that it holds. */
export interface Lease {
  readonly member: number | undefined;
  readonly claims: readonly Claim[];
  /** Whether the running batch kept a partition that is owed to others. */
  readonly isOverQuota: boolean;
  /** Whether a renewal should be sent. */
  isDue(): boolean;
  /** Renews as soon as anybody asks `isDue`. */
  setDue(): void;
  /** Someone came or went, unless the epoch is the one that the last renewal saw. */
  seeEpoch(epoch: number): void;
  /** Whether the claim still stands, as far as is known here. */
  holds(claim: Claim): boolean;
  /** Heartbeat. `busy` is the claim whose batch runs. */
  renew(busy: Claim | undefined): Promise<void>;
  /** No heartbeat before that time, in milliseconds since the epoch: after one that failed. */
  postpone(until: number): void;
  leave(): Promise<void>;
}

export function createLease({ thread, group, leaseMs, now }: LeaseOptions): Lease {
  let member: number | undefined;
  let claims: Claim[] = [];
  let epoch = -1;
  let expiresAt = 0;
  let renewAt = 0;
  let isOverQuota = false;

  return {
    get member() {
      return member;
    },
    get claims() {
      return claims;
    },
    get isOverQuota() {
      return isOverQuota;
    },
    isDue: () => now() >= renewAt,
    setDue() {
      renewAt = 0;
    },
    seeEpoch(seen) {
      if (seen !== epoch) renewAt = 0;
    },
    holds: (claim) => now() < expiresAt && claims.some((held) => isSame(held, claim)),
    async renew(busy) {
      const sentAt = now();
      const renewal = await thread.run('renew', {
        group,
        member,
        busy: busy ? [busy.partitionId] : [],
        now: sentAt,
        leaseMs,
      });
      ({ member, epoch, claims, isOverQuota } = renewal);
      expiresAt = sentAt + leaseMs;
      // Three heartbeats a lease survive two that come late; a dead neighbour is buried when its lease ends.
      renewAt = Math.min(sentAt + leaseMs / 3, renewal.nextExpiry);
    },
    postpone(until) {
      renewAt = until;
    },
    async leave() {
      if (member === undefined) return;
      await thread.run('leave', { group, member });
      member = undefined;
      claims = [];
    },
  };
}

export function isSame(one: Claim, other: Claim): boolean {
  return one.partitionId === other.partitionId && one.generation === other.generation;
}
