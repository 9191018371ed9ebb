/** What a batch went through before, in this process. */
export interface Attempts {
  /** How often its records were handled, this time included. */
  count: number;
  /** How many of the failures had no known reason. */
  unexplained: number;
}

export interface AttemptCounter {
  /** A batch begins, or begins again when it begins at the same offset as the partition's last one. */
  begin(partition: number, offset: number): Attempts;
  /** The batch is handled: the next one starts afresh. */
  end(partition: number): void;
}

/** Counts how often each partition's batch came, so that one that never succeeds is noticed. */
export function createAttemptCounter(): AttemptCounter {
  const batches = new Map<number, Attempts & { offset: number }>();
  return {
    begin(partition, offset) {
      const before = batches.get(partition);
      const batch = before?.offset === offset ? before : { offset, count: 0, unexplained: 0 };
      batches.set(partition, batch);
      batch.count += 1;
      return batch;
    },
    end: (partition) => void batches.delete(partition),
  };
}
