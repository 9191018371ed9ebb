import { type ErrorCode, FreshetError } from '@freshet/shared/errors';
import { saysTooLong } from '../context-length.ts';

const CODES: Record<number, ErrorCode> = {
  408: 'FRESHET_MODEL_TIMEOUT',
  429: 'FRESHET_MODEL_THROTTLED',
  504: 'FRESHET_MODEL_TIMEOUT',
};

/** An answer with an error status. What the server says stands in `detail`, for the operator's log. */
export function fromStatus(status: number, body: string): FreshetError {
  const message = readMessage(body);
  const detail = `The model's server answered ${status}: ${message}`;
  // llama.cpp says it with a 500.
  if ([400, 413, 422, 500].includes(status) && saysTooLong(message)) {
    return new FreshetError('FRESHET_CONTEXT_TOO_LONG', { cause: new Error(detail) });
  }
  const code = CODES[status] ?? (status < 500 ? 'FRESHET_MODEL_REFUSED' : 'FRESHET_MODEL_UNAVAILABLE');
  return new FreshetError(code, { detail });
}

/** No answer, or none that can be read. */
export function unreachable(cause: unknown): FreshetError {
  const reason = cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : cause;
  const detail = `The model's server does not answer: ${reason}`;
  return new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail, cause });
}

const MAX_MESSAGE_CHARACTERS = 500;

/** OpenAI's `{error: {message}}`, TEI's `{error}`, and the `{message}` or `{detail}` of others. */
function readMessage(body: string): string {
  let message: unknown = body;
  try {
    const answer = JSON.parse(body) as Record<string, unknown>;
    const error = answer['error'] as { message?: unknown } | string | undefined;
    const inner = typeof error === 'object' ? error.message : error;
    message = inner ?? answer['message'] ?? answer['detail'] ?? body;
  } catch {
    // Not JSON: a proxy's page, or a line of text.
  }
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return text.slice(0, MAX_MESSAGE_CHARACTERS);
}
