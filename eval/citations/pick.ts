import { createHash } from 'node:crypto';

/** One of several by a hash of a key: the same in every run, and no two keys alike. */
export function pick<T>(items: readonly T[], key: string): T | undefined {
  return items[createHash('sha256').update(key).digest().readUInt32LE(0) % Math.max(1, items.length)];
}
