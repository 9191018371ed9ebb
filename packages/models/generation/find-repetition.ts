/** Text that is looked at, from its end backwards, in characters. */
const TAIL = 2_400;
/** So much of it must be nothing but one piece, again and again, */
const SHORTEST_RUN = 320;
/** and so often at least. */
const REPEATS = 6;
/** How much is written from one look to the next. */
const STEP = 160;

/** Whether what was written so far ends in an endless loop. Called with each further delta. */
export type RepetitionCheck = (delta: string) => boolean;

/**
 * Finds a model that has come to repeat itself: a run at the end of the text with a period that is at most a sixth of
 * it. Periods come from the prefix function of Knuth, Morris and Pratt over the reversed text, in linear time, and it
 * looks only once in a while: a usual answer costs it a few microseconds.
 */
export function createRepetitionCheck(): RepetitionCheck {
  let tail = '';
  let unseen = 0;
  return (delta) => {
    tail += delta;
    unseen += delta.length;
    if (unseen < STEP || tail.length < SHORTEST_RUN) return false;
    unseen = 0;
    tail = tail.slice(-TAIL);
    return endsInLoop(tail);
  };
}

function endsInLoop(text: string): boolean {
  const { length } = text;
  const at = (i: number) => text.charCodeAt(length - 1 - i);
  /** `borders[i]`: the longest proper prefix of the first i + 1 characters, from the end, that is their suffix too. */
  const borders = new Int32Array(length);
  let border = 0;
  for (let i = 1; i < length; i++) {
    while (border > 0 && at(i) !== at(border)) border = borders[border - 1]!;
    if (at(i) === at(border)) border += 1;
    borders[i] = border;
    const run = i + 1;
    if (run >= SHORTEST_RUN && (run - border) * REPEATS <= run) return true;
  }
  return false;
}
