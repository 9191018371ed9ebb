import type { RetrieveTimings } from '@freshet/shared/contracts';

export type Stage = keyof RetrieveTimings extends infer Key
  ? Key extends `${infer Name}Ms`
    ? Exclude<Name, 'total'>
    : never
  : never;

/** What the stages of one retrieval take, each in all of its runs. */
export interface Stages {
  run<Result>(stage: Stage, work: () => Promise<Result> | Result): Promise<Result>;
  /** Milliseconds; 0 for stages that did not run. */
  timings(): RetrieveTimings;
}

export function createStages(): Stages {
  const start = performance.now();
  const spent = {
    waitMs: 0,
    understandMs: 0,
    embedMs: 0,
    searchMs: 0,
    fuseMs: 0,
    realtimeMs: 0,
    rescoreMs: 0,
    rerankMs: 0,
    arrangeMs: 0,
    confidenceMs: 0,
  };
  return {
    async run(stage, work) {
      const begun = performance.now();
      try {
        return await work();
      } finally {
        spent[`${stage}Ms`] += performance.now() - begun;
      }
    },
    timings() {
      const all = Object.entries({ ...spent, totalMs: performance.now() - start });
      return Object.fromEntries(all.map(([name, ms]) => [name, round(ms, 2)])) as RetrieveTimings;
    },
  };
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
