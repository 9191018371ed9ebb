import { type ErrorCode, FreshetError } from '@freshet/shared/errors';
import { saysTooLong } from '../context-length.ts';

const CODES: Record<string, ErrorCode> = {
  ThrottlingException: 'FRESHET_MODEL_THROTTLED',
  TooManyRequestsException: 'FRESHET_MODEL_THROTTLED',
  ServiceQuotaExceededException: 'FRESHET_MODEL_THROTTLED',
  ModelTimeoutException: 'FRESHET_MODEL_TIMEOUT',
  ModelStreamErrorException: 'FRESHET_MODEL_BROKE_OFF',
  ModelErrorException: 'FRESHET_MODEL_UNAVAILABLE',
  ModelNotReadyException: 'FRESHET_MODEL_UNAVAILABLE',
  InternalServerException: 'FRESHET_MODEL_UNAVAILABLE',
  ServiceUnavailableException: 'FRESHET_MODEL_UNAVAILABLE',
  // SageMaker's, whose names have no ending.
  ModelError: 'FRESHET_MODEL_UNAVAILABLE',
  InternalFailure: 'FRESHET_MODEL_UNAVAILABLE',
  InternalDependencyException: 'FRESHET_MODEL_UNAVAILABLE',
  ServiceUnavailable: 'FRESHET_MODEL_UNAVAILABLE',
  // Not answers of Bedrock's, but of the SDK before it has asked.
  CredentialsProviderError: 'FRESHET_MODEL_REFUSED',
  TokenProviderError: 'FRESHET_MODEL_REFUSED',
};

interface ServiceError extends Error {
  $fault?: 'client' | 'server';
}

/** A failure of Bedrock's client as one of ours. */
export function fromBedrock(thrown: unknown, options?: { hasBegun?: boolean }): FreshetError {
  return fromAws('Bedrock', thrown, options);
}

/**
 * A failure of the SDK as one of ours. Its own message stands in `detail`, for the operator's log.
 * @param hasBegun whether the stream had begun: then a lost connection has broken off an answer.
 */
export function fromAws(service: string, thrown: unknown, { hasBegun = false } = {}): FreshetError {
  if (thrown instanceof FreshetError) return thrown;
  const error = thrown as ServiceError;
  const options = { detail: `${service}: ${error.name}: ${error.message}`, cause: error };
  if (isTooLong(error)) return new FreshetError('FRESHET_CONTEXT_TOO_LONG', { cause: error });
  const known = CODES[error.name];
  if (known) return new FreshetError(known, options);
  if (error.$fault === 'client') return new FreshetError('FRESHET_MODEL_REFUSED', options);
  return new FreshetError(hasBegun ? 'FRESHET_MODEL_BROKE_OFF' : 'FRESHET_MODEL_UNAVAILABLE', options);
}

export function isTooLong(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ValidationException' && saysTooLong(message);
}
