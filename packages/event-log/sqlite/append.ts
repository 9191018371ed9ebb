import type { Position } from '../index.ts';
import { partitionOf } from '../murmur2.ts';
import type { Answer } from './failure.ts';
import type { Store } from './store.ts';
import { type Topic, topicOf } from './topics.ts';

/** A record as it crosses to the worker thread. */
export interface PackedRecord {
  key: string;
  value: Uint8Array | null;
  /** JSON. */
  headers: string;
}

export interface AppendEntry {
  topic: string;
  records: PackedRecord[];
}

export interface AppendTask {
  entries: AppendEntry[];
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Appends several callers' records in one durable transaction. An entry for an unknown topic fails alone, since it
 * fails before its first write; what fails later fails all.
 */
export function appendEntries(
  store: Store,
  { entries, now }: AppendTask,
  toAnswer: <T>(work: () => T) => Answer<T>,
): Answer<Position[]>[] {
  return store.write(
    () =>
      entries.map(({ topic, records }) => {
        const found = toAnswer(() => topicOf(store, topic));
        return 'failure' in found ? found : { value: appendTo(store, found.value, records, now) };
      }),
    { isDurable: true },
  );
}

function appendTo(store: Store, topic: Topic, records: PackedRecord[], now: number): Position[] {
  const insert = store.sql(
    'insert into record (partition_id, offset, key, value, headers, timestamp) values (?, ?, ?, ?, ?, ?)',
  );
  const touched = new Set<Topic['partitions'][number]>();
  const positions = records.map(({ key, value, headers }) => {
    const number = partitionOf(key, topic.partitions.length);
    const partition = topic.partitions[number]!;
    const offset = partition.end++;
    insert.run(partition.id, offset, key, value, headers, now);
    touched.add(partition);
    return { partition: number, offset };
  });
  const update = store.sql('update partition set end_offset = ? where id = ?');
  for (const { id, end } of touched) update.run(end, id);
  return positions;
}
