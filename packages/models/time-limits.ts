import { FreshetError } from '@freshet/shared/errors';

export interface TimeLimitOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * One call, with a signal that ends it when its time is over or its caller has gone. It is not waited for any
 * longer then: some clients pause between two tries without a look at their signal.
 * @throws {FreshetError} `FRESHET_MODEL_TIMEOUT`.
 * @throws the signal's reason when that is aborted.
 */
export async function withTimeLimit<Result>(
  call: (signal: AbortSignal) => Promise<Result>,
  { timeoutMs, signal }: TimeLimitOptions,
): Promise<Result> {
  signal?.throwIfAborted();
  const late = new AbortController();
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  const timer = setTimeout(() => late.abort(timeout(`nothing within ${timeoutMs} ms`)), timeoutMs);
  const aborted = rejectOnAbort(stop);
  try {
    return await Promise.race([call(stop), aborted.promise]);
  } catch (error) {
    throw stop.aborted ? stop.reason : error;
  } finally {
    clearTimeout(timer);
    aborted.forget();
  }
}

export interface StreamTimeLimits {
  /** From the call to the first part. */
  firstTokenTimeoutMs: number;
  /** From each part to the next. */
  betweenTokensTimeoutMs: number;
  /** From the call to the end of the stream; none by default. */
  timeoutMs?: number | undefined;
}

/** Made once: an abort without a reason makes an error with a stack trace for each stream. */
const ENDED = new DOMException('The stream is no longer read.', 'AbortError');

/**
 * The parts of a stream as they come, each within its time. Time that the reader takes for a part does not count.
 * The stream's signal is aborted when a limit is passed, when the caller's is, and when the reader stops early.
 * @throws {FreshetError} `FRESHET_MODEL_TIMEOUT`.
 * @throws the signal's reason when that is aborted.
 */
export async function* limitStream<Part>(
  open: (signal: AbortSignal) => AsyncIterable<Part>,
  {
    firstTokenTimeoutMs,
    betweenTokensTimeoutMs,
    timeoutMs,
    signal,
  }: StreamTimeLimits & { signal: AbortSignal },
): AsyncGenerator<Part> {
  signal.throwIfAborted();
  const end = new AbortController();
  const stop = AbortSignal.any([signal, end.signal]);
  const aborted = rejectOnAbort(stop);
  const parts = open(stop)[Symbol.asyncIterator]();
  let limit = { ms: firstTokenTimeoutMs, detail: 'no token' };
  const whole =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => end.abort(timeout(`no end of its answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    for (;;) {
      const { ms, detail } = limit;
      const timer = setTimeout(() => end.abort(timeout(`${detail} within ${ms} ms`)), ms);
      const next = await Promise.race([parts.next(), aborted.promise]).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
      limit = { ms: betweenTokensTimeoutMs, detail: 'no further token' };
    }
  } catch (error) {
    throw stop.aborted ? stop.reason : error;
  } finally {
    clearTimeout(whole);
    aborted.forget();
    end.abort(ENDED);
    // Not awaited: the source may be in the middle of something that its signal cannot end.
    parts.return?.().catch(() => {});
  }
}

/**
 * `forget` is called when nobody waits any longer: Node keeps a composite signal that has a listener for as long as
 * its sources live, and those of the ingestor live as long as the process.
 */
function rejectOnAbort(signal: AbortSignal): { promise: Promise<never>; forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  // It may be aborted when nobody waits yet, or any more.
  promise.catch(() => {});
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) };
}

function timeout(what: string): FreshetError {
  return new FreshetError('FRESHET_MODEL_TIMEOUT', { detail: `The model sent ${what}.` });
}
