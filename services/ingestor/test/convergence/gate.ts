import { setImmediate } from 'node:timers/promises';

/**
 * Calls that many make at once, let through one at a time in a given order. What happens between two calls must need
 * no input or output of its own, so that every caller waits here or has ended before the next call is chosen.
 */
export interface Gate {
  /** Waits until it is chosen, then runs to its end. */
  enter<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Lets calls through until none waits. */
  drain(): Promise<void>;
}

/** @param picks which of the waiting calls is the next, modulo their number; the oldest once there are no more. */
export function createGate(picks: readonly number[]): Gate {
  const waiting: (() => Promise<void>)[] = [];
  return {
    enter: (run) =>
      new Promise((resolve, reject) => {
        waiting.push(() => run().then(resolve, reject));
      }),
    async drain() {
      for (let turn = 0; ; turn += 1) {
        await setImmediate();
        if (waiting.length === 0) return;
        const [chosen] = waiting.splice((picks[turn] ?? 0) % waiting.length, 1);
        await chosen?.();
      }
    },
  };
}

/** Where a process dies: at its call of that number, which is never made, or is made late and its answer lost. */
export interface Crash {
  call: number;
  isMadeLate: boolean;
}

/** The calls of one process through the gate; after its crash it hears of none any more. */
export interface ProcessGate {
  readonly isDead: boolean;
  enter<Result>(run: () => Promise<Result>): Promise<Result>;
}

export function createProcessGate(gate: Gate, crash: Crash | undefined): ProcessGate {
  let calls = 0;
  let isDead = false;
  const never = new Promise<never>(() => {});
  return {
    get isDead() {
      return isDead;
    },
    async enter(run) {
      if (isDead) return never;
      if (calls++ === crash?.call) {
        isDead = true;
        if (crash.isMadeLate) gate.enter(run).catch(() => {});
        return never;
      }
      const result = await gate.enter(run).then(
        (value) => () => value,
        (error) => () => {
          throw error;
        },
      );
      return isDead ? never : result();
    },
  };
}
