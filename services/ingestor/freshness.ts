import type { Histogram } from '@freshet/shared/metrics';

/** The changes of one batch that are written and not yet searchable. */
export interface AwaitedChanges {
  add(changedAt: string): void;
  becameSearchable(): void;
}

export interface Freshness {
  /** A batch begins, or begins again: what its first try wrote is still awaited by its second. */
  begin(partition: number, offset: number): AwaitedChanges;
}

/** Measures from the change in the source to searchable: a write alone is not, before the index is told to show it. */
export function createFreshness(seconds: Histogram): Freshness {
  const batches = new Map<number, { offset: number; changes: number[] }>();
  return {
    begin(partition, offset) {
      const before = batches.get(partition);
      const batch = before?.offset === offset ? before : { offset, changes: [] };
      batches.set(partition, batch);
      return {
        add: (changedAt) => void batch.changes.push(Date.parse(changedAt)),
        becameSearchable() {
          const now = Date.now();
          for (const changed of batch.changes.splice(0)) seconds.observe(Math.max(0, now - changed) / 1000);
        },
      };
    },
  };
}
