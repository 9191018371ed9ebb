import { withTimeLimit } from '@freshet/models/time-limits';
import type { Degradation } from '@freshet/shared/contracts';
import { codeOf } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import type { Counter } from '@freshet/shared/metrics';

export interface OptionalStepOptions {
  step: Degradation;
  /** Longest time of one run, in milliseconds. */
  budgetMs: number;
  logger: Logger;
  /** Counts the runs that gave nothing. */
  degraded: Counter<'step'>;
  /** Milliseconds, for the pause after failures. */
  now?: () => number;
}

/** Runs work that a question can do without. `undefined` when it failed, took too long, or has just failed too often. */
export type OptionalStep = <Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
) => Promise<Result | undefined>;

/** After so many failures in a row nothing is tried for a while: each try costs a question its whole budget. */
const FAILURES_TO_PAUSE = 5;
const PAUSE_MS = 5_000;

/**
 * Logs the first failure and the first success after it, and not those between. After a pause one question at a time
 * tries again.
 * @throws the signal's reason when that is aborted: then it is the caller who gave up.
 */
export function createOptionalStep({
  step,
  budgetMs,
  logger,
  degraded,
  now = Date.now,
}: OptionalStepOptions): OptionalStep {
  let failures = 0;
  let resumesAt = 0;
  return async (work, signal) => {
    if (failures >= FAILURES_TO_PAUSE) {
      if (now() < resumesAt) {
        degraded.inc({ step });
        return undefined;
      }
      resumesAt = now() + PAUSE_MS;
    }
    try {
      const result = await withTimeLimit(work, { timeoutMs: budgetMs, signal });
      if (failures > 0) logger.info({ step }, 'optional step works again');
      failures = 0;
      return result;
    } catch (error) {
      signal.throwIfAborted();
      degraded.inc({ step });
      failures += 1;
      if (failures === 1) {
        logger.warn({ step, code: codeOf(error), err: error }, 'optional step failed: going on without it');
      }
      if (failures === FAILURES_TO_PAUSE) resumesAt = now() + PAUSE_MS;
      return undefined;
    }
  };
}
