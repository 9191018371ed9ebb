import { FreshetError } from '@freshet/shared/errors';
import { errors } from '@opensearch-project/opensearch';

/** What OpenSearch says of one failure, in its answers and in their items. */
export interface OpenSearchError {
  type?: string;
  reason?: string;
  index?: string;
  caused_by?: { type?: string; reason?: string };
  root_cause?: { type?: string; reason?: string; index?: string }[];
}

/** A failed request as a coded error, whose message an operator can act on. */
export function toFreshetError(error: unknown): FreshetError {
  if (error instanceof FreshetError) return error;
  if (error instanceof errors.ResponseError) {
    const body = error.body as { error?: OpenSearchError | string } | string | undefined;
    const inner = typeof body === 'object' ? body?.error : undefined;
    return fromStatus(error.statusCode ?? 0, typeof inner === 'object' ? inner : {}, error);
  }
  if (error instanceof errors.OpenSearchClientError) {
    const { message } = error;
    const reason = error instanceof errors.TimeoutError ? 'no answer in time' : message;
    return unavailable(`OpenSearch does not answer: ${reason}`, error);
  }
  return new FreshetError('FRESHET_INTERNAL', { cause: error });
}

/** An HTTP status of OpenSearch, of a request or of one item, with what it says of it. */
export function fromStatus(status: number, error: OpenSearchError, cause?: unknown): FreshetError {
  const words = describe(error);
  if (error.type === 'index_not_found_exception') {
    const index = error.index ?? error.root_cause?.[0]?.index ?? 'an index';
    return new FreshetError('FRESHET_INDEX_UNKNOWN', {
      detail: `OpenSearch has no ${index}: run \`freshet index apply\` with the configuration of the services.`,
      cause,
    });
  }
  if (status === 401) return unavailable('OpenSearch refuses the credentials (401)', cause);
  if (status === 403)
    return unavailable(`OpenSearch does not allow this to the credentials (403): ${words}`, cause);
  if (isRetryableStatus(status)) return unavailable(`OpenSearch answers ${status}: ${words}`, cause);
  return new FreshetError('FRESHET_INTERNAL', { detail: `OpenSearch answers ${status}: ${words}`, cause });
}

export function isRetryableStatus(status: number): boolean {
  return status === 429 || status >= 500 || status === 0;
}

export function describe({ type = 'unknown', reason = '', caused_by, root_cause }: OpenSearchError): string {
  const cause = caused_by?.reason ?? root_cause?.[0]?.reason;
  return `${type}: ${reason}${cause && cause !== reason ? ` (${cause})` : ''}`.slice(0, 500);
}

function unavailable(detail: string, cause: unknown): FreshetError {
  return new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', { detail, cause });
}
