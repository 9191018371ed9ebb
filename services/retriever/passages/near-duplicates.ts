/** What two texts are compared by. */
export interface Signature {
  /** The smallest hashes of the text's shingles, in order: a bottom-k sketch (Broder, 1997). */
  sketch: Uint32Array;
  /** Hash of all that holds a digit, in order: numbers, versions, codes. */
  figures: number;
}

const SHINGLE_WORDS = 3;
const SKETCH_SIZE = 64;
/** Estimated share of common shingles from which two texts say the same. */
const MIN_RESEMBLANCE = 0.85;
const MAX_MISSES = SKETCH_SIZE * (1 - MIN_RESEMBLANCE);

/** FNV-1a, 32 bits: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Reads the text once, by character codes: each of the chunks that a question finds is read so. */
export function signatureOf(text: string): Signature {
  const lower = text.toLowerCase();
  const hashes: number[] = [];
  const last = [0, 0]; // the two words before
  let figures = 0;
  let word = FNV_BASIS;
  let hasDigit = false;
  for (let i = 0; i <= lower.length; i++) {
    const code = i < lower.length ? lower.charCodeAt(i) : 32;
    const isDigit = code >= 48 && code <= 57;
    if (isDigit || (code >= 97 && code <= 122) || code > 127) {
      word = Math.imul(word ^ code, FNV_PRIME);
      hasDigit ||= isDigit;
    } else if (word !== FNV_BASIS) {
      const [beforeLast, previous] = last as [number, number];
      const shingle = Math.imul(Math.imul(beforeLast, FNV_PRIME) ^ previous, FNV_PRIME) ^ word;
      hashes.push(Math.imul(shingle ^ (shingle >>> 15), FNV_PRIME) >>> 0);
      if (hasDigit) figures = Math.imul(figures ^ word, FNV_PRIME);
      last[0] = previous;
      last[1] = word;
      word = FNV_BASIS;
      hasDigit = false;
    }
  }
  // The first words have no whole shingle, unless the text has no other ones.
  const whole = hashes.length < SHINGLE_WORDS ? hashes : hashes.slice(SHINGLE_WORDS - 1);
  const sorted = Uint32Array.from(whole).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  return { sketch: distinct.slice(0, SKETCH_SIZE), figures };
}

/**
 * Whether two texts say the same in nearly the same words. Texts whose figures differ never do: a price or a version
 * is what such texts are asked for.
 */
export function isNearDuplicate(a: Signature, b: Signature): boolean {
  return a.figures === b.figures && resemble(a.sketch, b.sketch);
}

/** The Jaccard similarity of the shingles is estimated from the smallest hashes of their union. */
function resemble(a: Uint32Array, b: Uint32Array): boolean {
  let union = 0;
  let misses = 0;
  for (let i = 0, j = 0; union < SKETCH_SIZE && (i < a.length || j < b.length); union++) {
    const left = i < a.length ? a[i]! : Number.POSITIVE_INFINITY;
    const right = j < b.length ? b[j]! : Number.POSITIVE_INFINITY;
    if (left !== right) misses += 1;
    if (misses > MAX_MISSES) return false;
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return union - misses >= union * MIN_RESEMBLANCE;
}
