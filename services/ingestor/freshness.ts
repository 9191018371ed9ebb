import type { Histogram } from '@freshet/shared/metrics';
import type { Sources } from '@freshet/shared/sources';

/** The changes of one batch that are written and not yet searchable. */
export interface AwaitedChanges {
  add(source: string, changedAt: string): void;
  becameSearchable(): void;
}

export interface Freshness {
  /** A batch begins, or begins again: what its first try wrote is still awaited by its second. */
  begin(partition: number, offset: number): AwaitedChanges;
}

/** Measures from the change in the source to searchable: a write alone is not, before the index is told to show it. */
export function createFreshness(
  seconds: Histogram<'source'>,
  { isNamed }: Pick<Sources, 'isNamed'>,
): Freshness {
  const batches = new Map<number, { offset: number; changes: { source: string; at: number }[] }>();

  return {
    begin(partition, offset) {
      const before = batches.get(partition);
      const batch = before?.offset === offset ? before : { offset, changes: [] };
      batches.set(partition, batch);
      return {
        add: (source, changedAt) =>
          void batch.changes.push({ source: isNamed(source) ? source : 'other', at: Date.parse(changedAt) }),
        becameSearchable() {
          const now = Date.now();
          for (const { source, at } of batch.changes.splice(0)) {
            seconds.observe({ source }, Math.max(0, now - at) / 1000);
          }
        },
      };
    },
  };
}
