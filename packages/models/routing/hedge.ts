import { LOST, type RoutedPart } from './attempt.ts';

type Parts = AsyncGenerator<RoutedPart>;
type Open = (signal: AbortSignal) => Parts;

export interface HedgeOptions {
  afterMs: number;
  signal: AbortSignal;
  /** The second call; `undefined` when none may be made now. */
  openSecond: () => Open | undefined;
}

/**
 * A stream that has not begun after `afterMs` gets a second one beside it; the one that begins first goes on, and the
 * other is aborted. Fails as the first call did when none begins. (J. Dean, L. A. Barroso, The Tail at Scale, 2013.)
 */
export async function* hedge(
  openFirst: Open,
  { afterMs, signal, openSecond }: HedgeOptions,
): AsyncGenerator<RoutedPart> {
  const first = contend(openFirst, signal);
  let second: Contender | undefined;
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(late.resolve, afterMs, 'late');
  try {
    if ((await Promise.race([first.begun.then(isSettled, isSettled), late.promise])) === 'late') {
      const open = openSecond();
      second = open && contend(open, signal);
    }
    const winner = second ? await faster(first, second) : first;
    const loser = winner === first ? second : first;
    loser?.lose();
    for (let next = await winner.begun; !next.done; next = await winner.parts.next()) yield next.value;
  } finally {
    clearTimeout(timer);
    first.leave();
    second?.leave();
  }
}

const isSettled = () => 'settled' as const;

interface Contender {
  parts: Parts;
  /** Its first part. */
  begun: Promise<IteratorResult<RoutedPart, void>>;
  lose(): void;
  leave(): void;
}

function contend(open: Open, signal: AbortSignal): Contender {
  const end = new AbortController();
  const parts = open(AbortSignal.any([signal, end.signal]));
  const begun = parts.next();
  begun.catch(() => {});
  return {
    parts,
    begun,
    lose: () => end.abort(LOST),
    // Not awaited: whoever waits for its next part comes to this only afterwards.
    leave: () => void parts.return(undefined).catch(() => {}),
  };
}

/** The one that begins first; when none does, the first, whose failure is then the one to tell. */
async function faster(first: Contender, second: Contender): Promise<Contender> {
  const begun = [first, second].map((each) => each.begun.then(() => each));
  return Promise.any(begun).catch(() => first);
}
