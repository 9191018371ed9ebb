import type { Store } from './store.ts';
import { topicOf } from './topics.ts';

/** The right to one partition, until another holder gets a higher generation. */
export interface Claim {
  partitionId: number;
  partition: number;
  generation: number;
}

export interface JoinTask {
  topic: string;
  group: string;
}

export interface GroupInfo {
  id: number;
  isCompacted: boolean;
}

/** Makes the group known: from now on compaction waits for it. */
export function joinGroup(store: Store, { topic, group }: JoinTask): GroupInfo {
  return store.write(() => {
    const { id: topicId, cleanup, partitions } = topicOf(store, topic);
    store
      .sql('insert into consumer_group (topic_id, name) values (?, ?) on conflict do nothing')
      .run(topicId, group);
    const { id } = store.get<{ id: number }>(
      'select id from consumer_group where topic_id = ? and name = ?',
      topicId,
      group,
    )!;
    const insert = store.sql(
      'insert into assignment (group_id, partition_id) values (?, ?) on conflict do nothing',
    );
    for (const partition of partitions) insert.run(id, partition.id);
    return { id, isCompacted: cleanup === 'compact' };
  });
}

export interface RenewTask {
  group: number;
  /** `undefined` for a member that is not in the group yet. */
  member: number | undefined;
  /** Partitions whose batch is running: they are kept until it is over. */
  busy: number[];
  /** Milliseconds since the epoch. */
  now: number;
  leaseMs: number;
}

export interface Renewal {
  /** Another one than before when the member had lost its lease. */
  member: number;
  epoch: number;
  claims: Claim[];
  /** A busy partition is owed to the others: renew again once its batch is over. */
  isOverQuota: boolean;
  /** When the next lease of another member runs out unless it is renewed; milliseconds since the epoch. */
  nextExpiry: number;
}

/**
 * One heartbeat: buries the dead, prolongs the member's lease, and brings what it holds to its fair share, giving
 * back what is too much and taking what is free. Members converge without a leader, because each computes its share
 * from the same rows: the oldest members get what does not divide evenly.
 */
export function renewLease(store: Store, { group, member, busy, now, leaseMs }: RenewTask): Renewal {
  return store.write(() => {
    const buried = store
      .sql('delete from member where group_id = ? and expires_at <= ?')
      .run(group, now).changes;
    const id = prolong(store, { group, member, expiresAt: now + leaseMs });
    const members = store.all<{ id: number; expires_at: number }>(
      'select id, expires_at from member where group_id = ? order by id',
      group,
    );
    const total = store.get<{ n: number }>(
      'select count(*) as n from assignment where group_id = ?',
      group,
    )!.n;
    const rank = members.findIndex((other) => other.id === id);
    const quota = Math.floor(total / members.length) + (rank < total % members.length ? 1 : 0);

    const held = claimsOf(store, group, id);
    const surplus = held
      .filter(({ partitionId }) => !busy.includes(partitionId))
      .reverse()
      .slice(0, Math.max(held.length - quota, 0));
    for (const { partitionId } of surplus) {
      store
        .sql('update assignment set member_id = null where group_id = ? and partition_id = ?')
        .run(group, partitionId);
    }
    store
      .sql(
        `update assignment set member_id = ?1, generation = generation + 1
          where group_id = ?2 and partition_id in (
            select a.partition_id from assignment a join partition p on p.id = a.partition_id
             where a.group_id = ?2 and a.member_id is null order by p.number limit ?3)`,
      )
      .run(id, group, Math.max(quota - held.length, 0));

    if (buried > 0 || id !== member || surplus.length > 0) raiseEpoch(store, group);
    const { epoch } = store.get<{ epoch: number }>('select epoch from consumer_group where id = ?', group)!;
    const claims = claimsOf(store, group, id);
    const others = members.filter((other) => other.id !== id).map((other) => other.expires_at);
    return { member: id, epoch, claims, isOverQuota: claims.length > quota, nextExpiry: Math.min(...others) };
  });
}

export interface LeaveTask {
  group: number;
  member: number;
}

/** Frees what the member holds, at once. */
export function leaveGroup(store: Store, { group, member }: LeaveTask): void {
  store.write(() => {
    store.sql('delete from member where id = ?').run(member);
    raiseEpoch(store, group);
  });
}

interface ProlongTask {
  group: number;
  member: number | undefined;
  expiresAt: number;
}

function prolong(store: Store, { group, member, expiresAt }: ProlongTask): number {
  if (member !== undefined) {
    const { changes } = store.sql('update member set expires_at = ? where id = ?').run(expiresAt, member);
    if (changes > 0) return member;
  }
  const insert = store.sql('insert into member (group_id, expires_at) values (?, ?)');
  return Number(insert.run(group, expiresAt).lastInsertRowid);
}

function claimsOf(store: Store, group: number, member: number): Claim[] {
  return store.all<Claim>(
    `select a.partition_id as partitionId, p.number as partition, a.generation as generation
       from assignment a join partition p on p.id = a.partition_id
      where a.group_id = ? and a.member_id = ? order by p.number`,
    group,
    member,
  );
}

function raiseEpoch(store: Store, group: number): void {
  store.sql('update consumer_group set epoch = epoch + 1 where id = ?').run(group);
}
