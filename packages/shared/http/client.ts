import { setTimeout as pause } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
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
  /** Longest wait for a JSON answer or the head of a stream, in milliseconds, when a call sets none. */
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
  /**
   * The events of an SSE answer, each `data` parsed as JSON. Tried again only while nothing of an answer has come and
   * nobody was there to give one: a pod that closes, a lost connection.
   */
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
  const agent = new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  /** One try. The deadline holds until `read` is done: for the head of a stream, or for a whole JSON answer. */
  async function request<Answer>(
    options: CallOptions,
    accept: string,
    deadline: number,
    read: (response: Dispatcher.ResponseData) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const { method = 'POST', path, body, token, trace, signal } = options;
    const remainingMs = Math.max(1, Math.round(deadline - performance.now()));
    // undici's own timeouts are a second coarse, and leave out the wait for a free socket.
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(
        new FreshetError('FRESHET_DEADLINE_EXCEEDED', { detail: `The ${name} did not answer in time.` }),
      );
    }, remainingMs);
    try {
      const response = await agent.request({
        origin: baseUrl,
        path,
        method,
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
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
      return await read(response);
    } catch (error) {
      throw late.signal.aborted && !signal?.aborted ? late.signal.reason : translate(error, signal);
    } finally {
      clearTimeout(timer);
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
    return new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', {
      detail: `The ${name} does not answer.`,
      cause: error,
    });
  }

  async function withRetries<Answer>(
    { signal }: CallOptions,
    deadline: number,
    mayRepeat: (error: FreshetError) => boolean,
    attempt: () => Promise<Answer>,
  ): Promise<Answer> {
    for (let count = 1; ; count++) {
      try {
        return await attempt();
      } catch (error) {
        const pauseMs = RETRY_PAUSE_MS * 2 ** (count - 1) * (0.5 + Math.random());
        const isWorthIt = error instanceof FreshetError && count < attempts && mayRepeat(error);
        if (!isWorthIt || performance.now() + pauseMs >= deadline) throw error;
        await pause(pauseMs, undefined, signal ? { signal } : {}).catch((aborted) => {
          throw translate(aborted, signal);
        });
      }
    }
  }

  return {
    json<Answer>(options: CallOptions) {
      const { isIdempotent = false, timeoutMs = defaultTimeoutMs } = options;
      const deadline = performance.now() + timeoutMs;
      return withRetries(
        options,
        deadline,
        ({ isRetryable }) => isIdempotent && isRetryable,
        () => request(options, 'application/json', deadline, ({ body }) => body.json() as Promise<Answer>),
      );
    },

    async *events<Event>(options: CallOptions) {
      const deadline = performance.now() + (options.timeoutMs ?? defaultTimeoutMs);
      const body = await withRetries(options, deadline, isNotServed, () =>
        request(options, 'text/event-stream', deadline, (response) => response.body),
      );
      try {
        for await (const { data } of decodeEvents(body)) yield JSON.parse(data) as Event;
      } catch (error) {
        throw translate(error, options.signal);
      }
    },

    close: () => agent.destroy(),
  };
}

/** The service did not take the request; what it itself failed with may have cost a model call. */
function isNotServed({ code }: FreshetError): boolean {
  return code === 'FRESHET_SHUTTING_DOWN' || code === 'FRESHET_DEPENDENCY_UNAVAILABLE';
}
