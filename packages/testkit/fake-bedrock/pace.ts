import { seededRandom } from '../seeded-random.ts';

export interface PaceOptions {
  /** From the request to the first token, in milliseconds. */
  firstTokenMs?: number;
  /** From a token to the next, in milliseconds. */
  betweenTokensMs?: number;
  /** How far times stray: the sigma of a log-normal distribution, or the share of a uniform one (0.2: ±20 %). */
  spread?: number;
  distribution?: 'log-normal' | 'uniform';
  /** The same seed gives the same times. */
  seed?: number;
}

export interface Pace {
  /** Milliseconds from the request's start to each token in turn. */
  schedule(): () => number;
}

/** Latency of a model: its medians are the configured times. */
export function createPace({
  firstTokenMs = 0,
  betweenTokensMs = 0,
  spread = 0,
  distribution = 'log-normal',
  seed = 1,
}: PaceOptions = {}): Pace {
  const random = seededRandom(seed);
  const stray = () => {
    if (spread === 0) return 1;
    if (distribution === 'uniform') return 1 + spread * (2 * random() - 1);
    // Box and Muller's transform; 1 - random() is never 0.
    return Math.exp(spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  };
  return {
    schedule() {
      let due: number | undefined;
      return () => (due = due === undefined ? firstTokenMs * stray() : due + betweenTokensMs * stray());
    },
  };
}
