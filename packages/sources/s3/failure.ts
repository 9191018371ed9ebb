import { FreshetError } from '@freshet/shared/errors';

/** The HTTP status that AWS answered with; `undefined` where it gave no answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

/** What a call to AWS failed with: refused, or to be had later. `what` begins the detail. */
export function toSourceError(cause: unknown, what: string): FreshetError {
  // Of a paginated list or a stream it may be ours already.
  if (cause instanceof FreshetError) return cause;
  const status = statusOf(cause);
  const isRefused = status !== undefined && status < 500 && status !== 429;
  const { name, message } = cause as Error;
  return new FreshetError(isRefused ? 'FRESHET_SOURCE_REFUSED' : 'FRESHET_SOURCE_UNAVAILABLE', {
    detail: `${what}: ${name}: ${message}`,
    cause,
  });
}
