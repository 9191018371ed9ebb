import { words } from '@freshet/shared/text/words';

/** Words that follow each other, as one feature. */
const SHINGLE = 3;

export interface Duplicates {
  /** Positions of texts that say the same as an earlier one, letter case and punctuation aside. */
  same: ReadonlySet<number>;
  /** Positions of those that share most of their shingles with an earlier one that is kept. */
  near: ReadonlySet<number>;
}

/**
 * Which texts repeat an earlier one. Near is a Jaccard similarity of at least `threshold` between their sets of three
 * words in a row. Two sets that are so near share one of their rarest few (Bayardo, Ma, Srikant: Scaling up all pairs
 * similarity search, 2007), so that only texts with such a one in common are compared: exact, and far from every pair.
 */
export function findDuplicates(texts: readonly string[], threshold = 0.85): Duplicates {
  const sets = texts.map(shingles);
  const frequency = new Map<string, number>();
  for (const set of sets) for (const each of set) frequency.set(each, (frequency.get(each) ?? 0) + 1);
  const seen = new Set<string>();
  const byRareShingle = new Map<string, number[]>();
  const [same, near] = [new Set<number>(), new Set<number>()];
  for (const [position, set] of sets.entries()) {
    const whole = words(texts[position]!).join(' ');
    if (seen.has(whole)) {
      same.add(position);
      continue;
    }
    seen.add(whole);
    const ordered = [...set].sort(
      (one, other) => frequency.get(one)! - frequency.get(other)! || (one < other ? -1 : 1),
    );
    const rare = ordered.slice(0, set.size - Math.ceil(threshold * set.size) + 1);
    const candidates = new Set(rare.flatMap((each) => byRareShingle.get(each) ?? []));
    if ([...candidates].some((other) => jaccard(set, sets[other]!) >= threshold)) {
      near.add(position);
      continue;
    }
    for (const each of rare) {
      const positions = byRareShingle.get(each);
      if (positions) positions.push(position);
      else byRareShingle.set(each, [position]);
    }
  }
  return { same, near };
}

function shingles(text: string): Set<string> {
  const all = words(text);
  if (all.length <= SHINGLE) return new Set([all.join(' ')]);
  return new Set(all.slice(SHINGLE - 1).map((_, i) => all.slice(i, i + SHINGLE).join(' ')));
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = one.intersection(other).size;
  return shared / (one.size + other.size - shared);
}
