import { hash } from 'node:crypto';

export interface Weighted {
  route: string;
  weight: number;
}

/**
 * One of the routes of a canary, by a key: the same key is given the same route for as long as the list is the same,
 * and keys spread over the routes by their weights. When the last entry's weight grows, it keeps the keys that it had.
 * @param name salts the hash, so that those who are on the rare side of one canary are not on that of all others.
 */
export function pickWeighted(name: string, entries: readonly Weighted[], key: string): string {
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  const digest = hash('sha256', `${name}\0${key}`, 'buffer');
  let rest = (digest.readUIntBE(0, 6) / 2 ** 48) * total;
  for (const { route, weight } of entries) {
    rest -= weight;
    if (rest < 0) return route;
  }
  return entries.findLast(({ weight }) => weight > 0)!.route;
}
