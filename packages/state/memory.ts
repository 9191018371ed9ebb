import { LRUCache } from 'lru-cache';
import type { SharedState } from './index.ts';

/** Beyond this the key that was used longest ago is forgotten. */
const MOST_KEYS = 100_000;

/** The state of one process: enough where one gateway runs. */
export function createMemoryState(): SharedState {
  const values = new LRUCache<string, string>({ max: MOST_KEYS });
  return {
    async remember(key, value, ttlMs) {
      const known = values.get(key);
      if (known !== undefined) return known;
      values.set(key, value, { ttl: ttlMs });
      return value;
    },
    async close() {
      values.clear();
    },
  };
}
