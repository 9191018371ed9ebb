import { FreshetError } from '@freshet/shared/errors';

/**
 * Whose fault a failure is: that of the event, which can never be applied; of the world around it, where trying again
 * helps as soon as the world is mended; or not known, where both are possible.
 */
export type Fault = 'event' | 'world' | 'unknown';

/** Node's and undici's codes of connections that could not be made, or broke. */
const NETWORK_CODES =
  /^(ECONN\w+|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|EMFILE|ENFILE|ENOSPC|UND_ERR_\w+)$/;
const NETWORK_NAMES =
  /^(AbortError|TimeoutError|Throttling\w*|TooManyRequestsException|ServiceUnavailable\w*)$/;

/** A provider says of wrong credentials and of a text that it will not take: refused. An unforeseen failure says nothing. */
const UNCLEAR_CODES = new Set(['FRESHET_INTERNAL', 'FRESHET_MODEL_REFUSED']);

export function faultOf(error: unknown): Fault {
  if (!(error instanceof FreshetError)) return isPassing(error) ? 'world' : 'unknown';
  if (error.status === 422 || error.status === 413) return 'event';
  if (UNCLEAR_CODES.has(error.code)) return isPassing(error.cause) ? 'world' : 'unknown';
  return 'world';
}

/** Throttling, an overloaded or failing server, or none that answers, by what libraries say of it. */
function isPassing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { name, code, status, statusCode, $metadata } = at as Failure;
    if (at instanceof FreshetError && at.isRetryable) return true;
    if (NETWORK_NAMES.test(name) || (typeof code === 'string' && NETWORK_CODES.test(code))) return true;
    const answered = status ?? statusCode ?? $metadata?.httpStatusCode;
    if (typeof answered === 'number' && isPassingStatus(answered) && !(at instanceof FreshetError))
      return true;
  }
  return false;
}

function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

interface Failure {
  name: string;
  code?: unknown;
  status?: unknown;
  statusCode?: unknown;
  /** Of the AWS SDK. */
  $metadata?: { httpStatusCode?: number };
}
