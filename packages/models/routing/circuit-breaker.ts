export interface CircuitBreakerOptions {
  /** How many of the last calls count. */
  window?: number | undefined;
  /** Opens at no fewer failures than this among them, */
  minFailures?: number | undefined;
  /** and at no smaller share of failures, from 0 to 1. */
  failureShare?: number | undefined;
  /** How long it stays open before one call may try, in milliseconds. */
  openMs?: number | undefined;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
  onOpened?: () => void;
}

export type CircuitState = 'closed' | 'half-open' | 'open';

/** The leave to make one call, whose end is to be told: by one of these, once. */
export interface Permit {
  succeeded(): void;
  failed(): void;
  /** The call says nothing of whom it was made to: its caller left, or the request itself was wrong. */
  abandoned(): void;
}

export interface CircuitBreaker {
  readonly state: CircuitState;
  /** `undefined` while no call may be made. */
  acquire(): Permit | undefined;
}

/**
 * A circuit breaker (M. Nygard, Release It!) over a window of counted calls. Closed, it lets all calls pass; open, none;
 * after `openMs` it is half-open and lets one at a time, whose success closes it and whose failure opens it again. Calls
 * that began before it opened no longer count when they end.
 */
export function createCircuitBreaker({
  window = 20,
  minFailures = 5,
  failureShare = 0.5,
  openMs = 10_000,
  now = () => performance.now(),
  onOpened = () => {},
}: CircuitBreakerOptions = {}): CircuitBreaker {
  let hasFailed: boolean[] = [];
  let openedAt: number | undefined;
  let isTrying = false;
  /** Counts openings and closings: a permit of an earlier era has no say. */
  let era = 0;

  const stateNow = (): CircuitState =>
    openedAt === undefined ? 'closed' : isTrying || now() - openedAt >= openMs ? 'half-open' : 'open';

  function turn(to: 'open' | 'closed'): void {
    era += 1;
    hasFailed = [];
    isTrying = false;
    openedAt = to === 'open' ? now() : undefined;
    if (to === 'open') onOpened();
  }

  function record(isFailure: boolean): void {
    hasFailed.push(isFailure);
    if (hasFailed.length > window) hasFailed.shift();
    const failures = hasFailed.filter(Boolean).length;
    if (failures >= minFailures && failures >= failureShare * hasFailed.length) turn('open');
  }

  function permit(isTrial: boolean): Permit {
    const since = era;
    const end = (then: () => void) => () => {
      if (since === era) then();
    };
    return {
      succeeded: end(() => (isTrial ? turn('closed') : record(false))),
      failed: end(() => (isTrial ? turn('open') : record(true))),
      abandoned: end(() => {
        if (isTrial) isTrying = false;
      }),
    };
  }

  return {
    get state() {
      return stateNow();
    },
    acquire() {
      const state = stateNow();
      if (state === 'closed') return permit(false);
      if (state === 'open' || isTrying) return undefined;
      isTrying = true;
      return permit(true);
    },
  };
}
