/**
 * Dollars that were spent today, by key, as a port: a fleet of generators may count in one place. The day is that of
 * UTC. Adapters: this file's, in the memory of one process.
 */
export interface Spending {
  /** Dollars of today. */
  spent(key: string): Promise<number>;
  add(key: string, usd: number): Promise<void>;
}

const DAY_MS = 86_400_000;

/** @param now milliseconds since 1970. */
export function createMemorySpending(now: () => number = Date.now): Spending {
  let day = 0;
  const dollars = new Map<string, number>();

  function turnPage(): void {
    const today = Math.floor(now() / DAY_MS);
    if (today === day) return;
    day = today;
    dollars.clear();
  }

  return {
    async spent(key) {
      turnPage();
      return dollars.get(key) ?? 0;
    },
    async add(key, usd) {
      turnPage();
      dollars.set(key, (dollars.get(key) ?? 0) + usd);
    },
  };
}
