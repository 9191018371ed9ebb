import type { ConsumedRecord } from '../index.ts';
import type { Claim } from './members.ts';
import type { Store } from './store.ts';

/** A record as it crosses from the worker thread. */
export interface StoredRecord {
  offset: number;
  key: string;
  value: Uint8Array | null;
  /** JSON. */
  headers: string;
  timestamp: number;
}

interface Holder {
  group: number;
  member: number;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface Wanted extends Claim {
  maxRecords: number;
  maxBytes: number;
}

export interface FetchTask extends Holder {
  /** In the order in which they are tried. */
  wanted: Wanted[];
}

export interface Fetched {
  claim: Claim;
  records: StoredRecord[];
}

/** The next records of the first wanted partition that has some and that the member still holds. */
export function fetchBatch(store: Store, { wanted, ...holder }: FetchTask): Fetched | undefined {
  for (const { maxRecords, maxBytes, ...claim } of wanted) {
    const held = store.get<{ committed: number }>(
      `select a.committed from assignment a join member m on m.id = a.member_id
        where a.group_id = ? and a.partition_id = ? and a.member_id = ? and a.generation = ? and m.expires_at > ?`,
      holder.group,
      claim.partitionId,
      holder.member,
      claim.generation,
      holder.now,
    );
    if (!held) continue;
    const records = readRecords(store, claim.partitionId, held.committed, maxRecords, maxBytes);
    if (records.length > 0) return { claim, records };
  }
  return undefined;
}

/** A record of the port again: bytes that crossed from the thread are no Buffer any more. */
export function unpack({ value, headers, ...rest }: StoredRecord, partition: number): ConsumedRecord {
  const bytes = value && Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { ...rest, partition, value: bytes, headers: JSON.parse(headers) };
}

function readRecords(
  store: Store,
  partitionId: number,
  from: number,
  maxRecords: number,
  maxBytes: number,
): StoredRecord[] {
  const rows = store
    .sql(
      `select offset, key, value, headers, timestamp from record
        where partition_id = ? and offset >= ? order by offset limit ?`,
    )
    .iterate(partitionId, from, maxRecords);
  const records: StoredRecord[] = [];
  let bytes = 0;
  // Leaving the loop early resets the statement, so that no read transaction stays open.
  for (const row of rows) {
    const record = row as unknown as StoredRecord;
    bytes +=
      Buffer.byteLength(record.key) + (record.value?.byteLength ?? 0) + Buffer.byteLength(record.headers);
    if (bytes > maxBytes && records.length > 0) break;
    records.push(record);
  }
  return records;
}

export interface PageTask {
  partitionId: number;
  /** Offsets. */
  from: number;
  end: number;
  maxRecords: number;
  maxBytes: number;
}

/** The next records of a partition below the end, without a group. */
export function readPage(
  store: Store,
  { partitionId, from, end, maxRecords, maxBytes }: PageTask,
): StoredRecord[] {
  return readRecords(store, partitionId, from, maxRecords, maxBytes).filter(({ offset }) => offset < end);
}

export interface CommitTask extends Holder {
  claim: Claim;
  /** The offset to read next. */
  next: number;
}

/**
 * Moves the group on; `false` when the claim was lost. The commit need not be durable: a power cut that takes it back
 * brings records again, and takes back with it whatever was compacted on its strength.
 */
export function commitOffset(store: Store, { group, member, now, claim, next }: CommitTask): boolean {
  return store.write(
    () =>
      store
        .sql(
          `update assignment set committed = ?1
            where group_id = ?2 and partition_id = ?3 and member_id = ?4 and generation = ?5
              and exists (select 1 from member where id = ?4 and expires_at > ?6)`,
        )
        .run(next, group, claim.partitionId, member, claim.generation, now).changes > 0,
  );
}
