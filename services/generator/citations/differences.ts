import type { Term } from './terms.ts';

/** What two sentences have between words that both have in the same order. */
export interface Gap {
  mine: readonly Term[];
  theirs: readonly Term[];
  /** The same words, or the same end, stand close on both sides: one is in the place of the other. */
  isTight: boolean;
}

/** Words of the other sentence that a tight gap holds at most. */
const TIGHT = 4;

/** And words of the sentence itself, where the gap is at its beginning or end. */
const OPEN = 2;

/** Where `a` differs from `b`, by their longest common subsequence. Where only `b` has more, a gap has none of `a`. */
export function differences(a: readonly Term[], b: readonly Term[]): Gap[] {
  const width = b.length + 1;
  const lengths = commonLengths(a, b);
  const gaps: Gap[] = [];
  let [from, to] = [0, 0];
  let [i, j] = [0, 0];
  const close = (isAtEnd: boolean) => {
    if (i > from || j > to) {
      // Before the first common word and after the last one, a sentence puts what the other has elsewhere.
      const isOpen = isAtEnd || (from === 0 && to === 0);
      const isTight = j - to <= TIGHT && (!isOpen || (i > from && i - from <= OPEN));
      gaps.push({ mine: a.slice(from, i), theirs: b.slice(to, j), isTight });
    }
  };
  while (i < a.length && j < b.length) {
    if (a[i]!.key === b[j]!.key) {
      close(false);
      i += 1;
      j += 1;
      [from, to] = [i, j];
    } else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i += 1;
    else j += 1;
  }
  [i, j] = [a.length, b.length];
  close(true);
  return gaps;
}

/** Lengths of the longest common subsequences of what is left from each pair of places on. */
function commonLengths(a: readonly Term[], b: readonly Term[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i]!.key === b[j]!.key
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  return lengths;
}
