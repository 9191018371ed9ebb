/** The next version; of several it is the first, and those after it are the caller's too. */
export type NextVersion = (count?: number) => number;

/**
 * Versions for what carries none of its own: microseconds since the epoch, strictly increasing, so that of two
 * writes through one process the later one wins, even within one tick of the clock. Safe integers until 2255.
 */
export function createVersionClock(
  now: () => number = () => performance.timeOrigin + performance.now(),
): NextVersion {
  let last = 0;
  return (count = 1) => {
    const first = Math.max(last + 1, Math.floor(now() * 1000));
    last = first + count - 1;
    return first;
  };
}
