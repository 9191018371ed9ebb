import type { Histogram } from '@freshet/shared/metrics';

/** The changes of one batch that are written and not yet searchable. */
export interface AwaitedChanges {
  add(source: string, changedAt: string): void;
  becameSearchable(): void;
}

export interface Freshness {
  /** A batch begins, or begins again: what its first try wrote is still awaited by its second. */
  begin(partition: number, offset: number): AwaitedChanges;
}

/** Operators name sources: only so many get a series of their own, in the order in which they come. */
const MAX_SOURCES = 50;

/** Measures from the change in the source to searchable: a write alone is not, before the index is told to show it. */
export function createFreshness(seconds: Histogram<'source'>): Freshness {
  const batches = new Map<number, { offset: number; changes: { source: string; at: number }[] }>();
  const sources = new Set<string>();

  function labelOf(source: string): string {
    if (sources.size < MAX_SOURCES) sources.add(source);
    return sources.has(source) ? source : 'other';
  }

  return {
    begin(partition, offset) {
      const before = batches.get(partition);
      const batch = before?.offset === offset ? before : { offset, changes: [] };
      batches.set(partition, batch);
      return {
        add: (source, changedAt) =>
          void batch.changes.push({ source: labelOf(source), at: Date.parse(changedAt) }),
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
