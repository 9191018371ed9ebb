import { isGroupChange, isLost } from './failure.ts';

export interface KeepAliveOptions {
  heartbeat: () => Promise<void>;
  /** Milliseconds between two heartbeats. */
  everyMs: number;
  /** A member that was silent for so long has lost its partitions, in milliseconds. */
  sessionTimeoutMs: number;
  /** Told once, when the partitions are lost. */
  onLost: (error: unknown) => void;
}

export interface KeepAlive {
  /** What the group wants: the member is to join again. */
  readonly change: unknown;
  end(): void;
}

/** Gives signs of life while a batch runs. */
export function keepAlive({ heartbeat, everyMs, sessionTimeoutMs, onLost }: KeepAliveOptions): KeepAlive {
  let change: unknown;
  let isOver = false;
  let lastAnswer = performance.now();
  const timer = setInterval(beat, everyMs);

  async function beat(): Promise<void> {
    try {
      await heartbeat();
      lastAnswer = performance.now();
    } catch (error) {
      if (isOver) return;
      if (isGroupChange(error)) change = error;
      // A rebalance that only began waits for the batch; who is silent for too long is taken for dead.
      if (isLost(error)) lose(error);
      else if (isGroupChange(error)) lastAnswer = performance.now();
      else if (performance.now() - lastAnswer > sessionTimeoutMs) lose(error);
    }
  }

  function lose(error: unknown): void {
    end();
    onLost(error);
  }

  function end(): void {
    isOver = true;
    clearInterval(timer);
  }

  return {
    get change() {
      return change;
    },
    end,
  };
}
