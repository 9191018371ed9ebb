import type { Store } from './store.ts';

export interface CompactTask {
  partitionId: number;
  /** Records to look at in one step: bounds how long other calls wait. */
  maxRecords: number;
}

/**
 * One step of compaction; whether there is more to do. Walks once over the records that every known group has passed,
 * and removes the older ones of each one's key. Offsets are never used again, since partitions count them apart.
 */
export function compactStep(store: Store, { partitionId, maxRecords }: CompactTask): boolean {
  return store.write(() => {
    const { start, end } = store.get<{ start: number; end: number | null }>(
      `select compacted_offset as start,
              (select min(committed) from assignment where partition_id = partition.id) as end
         from partition where id = ?`,
      partitionId,
    )!;
    if (end === null || start >= end) return false;
    const rows = store.all<{ offset: number; key: string }>(
      `select offset, key from record where partition_id = ? and offset >= ? and offset < ?
        order by offset limit ?`,
      partitionId,
      start,
      end,
      maxRecords,
    );
    const remove = store.sql('delete from record where partition_id = ? and key = ? and offset < ?');
    for (const { key, offset } of rows) remove.run(partitionId, key, offset);
    const hasMore = rows.length === maxRecords;
    const next = hasMore ? rows.at(-1)!.offset + 1 : end;
    store.sql('update partition set compacted_offset = ? where id = ?').run(next, partitionId);
    return hasMore;
  });
}
