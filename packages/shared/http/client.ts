import { setTimeout as pause } from 'node:timers/promises';
import { Agent, type Dispatcher, errors as undiciErrors } from 'undici';
import type { Problem } from '../contracts/problem.ts';
import { errorFromCode, FreshetError } from '../errors.ts';
import { decodeEvents } from '../sse/decode.ts';
import { type TraceContext, traceHeaders } from '../trace.ts';

/** Milliseconds that the caller still has; relative, so that clocks need not agree. */
export const TIMEOUT_HEADER = 'freshet-timeout-ms';

export interface ServiceClientOptions {
  /** Named in errors, for example `retriever`. */
  name: string;
  baseUrl: string;
  /** Sockets to the service. */
  connections?: number;
  /** Longest wait for the head of an answer, in milliseconds, when a call sets none. */
  timeoutMs?: number;
  /** How often an idempotent call is tried in all. */
  attempts?: number;
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  /** Sent as a bearer token. */
  token?: string;
  trace?: TraceContext;
  /** Repeating the call does no harm: it is tried again after a lost connection or a retryable answer. */
  isIdempotent?: boolean;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface ServiceClient {
  /**
   * A JSON answer.
   * @throws {FreshetError} the service's own code, or `FRESHET_DEPENDENCY_UNAVAILABLE`, `FRESHET_DEADLINE_EXCEEDED`.
   */
  json<Answer>(options: CallOptions): Promise<Answer>;
  /** The events of an SSE answer, each `data` parsed as JSON. Never tried again once it was sent. */
  events<Event>(options: CallOptions): AsyncGenerator<Event>;
  close(): Promise<void>;
}

const RETRY_PAUSE_MS = 50;

/** HTTP between services, on a pool of kept connections, with deadline and trace passed on. */
export function createServiceClient({
  name,
  baseUrl,
  connections = 128,
  timeoutMs: defaultTimeoutMs = 10_000,
  attempts = 3,
}: ServiceClientOptions): ServiceClient {
  const agent = new Agent({ connections, pipelining: 1, keepAliveTimeout: 30_000, bodyTimeout: 0 });

  async function request(
    options: CallOptions,
    accept: string,
    deadline: number,
  ): Promise<Dispatcher.ResponseData> {
    const { method = 'POST', path, body, token, trace, signal } = options;
    const remainingMs = Math.max(1, Math.round(deadline - performance.now()));
    try {
      const response = await agent.request({
        origin: baseUrl,
        path,
        method,
        headersTimeout: remainingMs,
        signal: signal ?? null,
        headers: {
          accept,
          [TIMEOUT_HEADER]: String(remainingMs),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(trace ? traceHeaders(trace) : {}),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      if (response.statusCode >= 400) throw await readProblem(response);
      return response;
    } catch (error) {
      throw translate(error, signal);
    }
  }

  async function readProblem(response: Dispatcher.ResponseData): Promise<FreshetError> {
    const problem = (await response.body.json().catch(() => undefined)) as Partial<Problem> | undefined;
    if (problem?.code === undefined) {
      return new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', {
        detail: `The ${name} answered ${response.statusCode} without a problem document.`,
      });
    }
    return errorFromCode(problem.code, {
      ...(problem.detail === undefined ? {} : { detail: problem.detail }),
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    });
  }

  function translate(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof FreshetError) return error;
    if (signal?.aborted) return signal.reason;
    if (error instanceof undiciErrors.HeadersTimeoutError) {
      return new FreshetError('FRESHET_DEADLINE_EXCEEDED', {
        detail: `The ${name} did not answer in time.`,
        cause: error,
      });
    }
    return new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', {
      detail: `The ${name} does not answer.`,
      cause: error,
    });
  }

  async function call(options: CallOptions): Promise<Dispatcher.ResponseData> {
    const { isIdempotent = false, timeoutMs = defaultTimeoutMs, signal } = options;
    const deadline = performance.now() + timeoutMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(options, 'application/json', deadline);
      } catch (error) {
        const mayRepeat =
          isIdempotent && error instanceof FreshetError && error.isRetryable && attempt < attempts;
        const pauseMs = RETRY_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
        if (!mayRepeat || performance.now() + pauseMs >= deadline) throw error;
        await pause(pauseMs, undefined, signal ? { signal } : {});
      }
    }
  }

  return {
    async json<Answer>(options: CallOptions) {
      const response = await call(options);
      try {
        return (await response.body.json()) as Answer;
      } catch (error) {
        throw translate(error, options.signal);
      }
    },
    async *events<Event>(options: CallOptions) {
      const deadline = performance.now() + (options.timeoutMs ?? defaultTimeoutMs);
      const response = await request(options, 'text/event-stream', deadline);
      try {
        for await (const { data } of decodeEvents(response.body)) yield JSON.parse(data) as Event;
      } catch (error) {
        throw translate(error, options.signal);
      }
    },
    close: () => agent.destroy(),
  };
}
