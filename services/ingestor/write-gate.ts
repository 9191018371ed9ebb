export interface WriteGate {
  /** A document is being made ready. */
  begin(): void;
  /** It is ready: resolves once it is to be written, together with others. */
  ready(): Promise<void>;
  /** It will not be written. */
  leave(): void;
}

/**
 * Lets the ready documents of one batch wait for one another, so that they share requests to the index: until so many
 * are ready, or none of those that were begun is left to wait for. The batch becomes searchable as a whole, so that no
 * document is later for it.
 */
export function createWriteGate(most = 8): WriteGate {
  let begun = 0;
  let waiting: (() => void)[] = [];

  function openIfDue(): void {
    if (begun > 0 && waiting.length < most) return;
    const due = waiting;
    waiting = [];
    for (const go of due) go();
  }

  return {
    begin() {
      begun += 1;
    },
    ready() {
      return new Promise((resolve) => {
        begun -= 1;
        waiting.push(resolve);
        openIfDue();
      });
    },
    leave() {
      begun -= 1;
      openIfDue();
    },
  };
}
