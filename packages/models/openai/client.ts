import { setTimeout as pause } from 'node:timers/promises';
import { FreshetError } from '@freshet/shared/errors';
import { Agent, type Dispatcher } from 'undici';
import { fromStatus, unreachable } from './errors.ts';

export interface ModelClientOptions {
  /** With the version in its path, such as `http://127.0.0.1:8000/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  /** How often a call that was throttled, or found no server, is made in all. */
  maxAttempts?: number;
  /** Sockets, which are kept: one for each call that runs. */
  connections?: number;
}

export interface ModelClient {
  /**
   * The body of a good answer, as soon as its head is there. Tried again before that and never after.
   * @throws {FreshetError} `FRESHET_MODEL_…`, `FRESHET_CONTEXT_TOO_LONG`.
   * @throws the signal's reason when it is aborted.
   */
  post(
    path: string,
    body: object,
    signal: AbortSignal,
    onRetry?: () => void,
  ): Promise<Dispatcher.ResponseData['body']>;
  /** The whole of a JSON answer. */
  json(path: string, body: object, signal: AbortSignal, onRetry?: () => void): Promise<unknown>;
  close(): Promise<void>;
}

const RETRIED = new Set([429, 502, 503]);
const RETRY_PAUSE_MS = 200;
/** A server that wants a longer pause than this gets no further try. */
const MAX_RETRY_PAUSE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** HTTP to a server with an OpenAI-compatible API, on a pool of kept connections. */
export function createModelClient({
  baseUrl,
  apiKey,
  maxAttempts = 3,
  connections = 128,
}: ModelClientOptions): ModelClient {
  const { origin, pathname } = new URL(baseUrl);
  const base = pathname.replace(/\/+$/, '');
  const agent = new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    // Time limits are the callers': they hold for answers, not for pieces of them.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function attempt(path: string, body: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    try {
      return await agent.request({
        origin,
        path: `${base}${path}`,
        method: 'POST',
        signal,
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body,
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : unreachable(error);
    }
  }

  /** @returns the failure of a call, and whether and when it may be made again. */
  async function explain(response: Dispatcher.ResponseData) {
    const text = await response.body.text().catch(() => '');
    const { statusCode, headers } = response;
    const retryAfterMs = RETRIED.has(statusCode) ? readRetryAfter(headers['retry-after']) : undefined;
    return { error: fromStatus(statusCode, text), mayRetry: RETRIED.has(statusCode), retryAfterMs };
  }

  async function post(path: string, body: object, signal: AbortSignal, onRetry?: () => void) {
    const text = JSON.stringify(body);
    for (let tried = 1; ; tried++) {
      let failure: { error: unknown; mayRetry: boolean; retryAfterMs?: number | undefined };
      try {
        const response = await attempt(path, text, signal);
        if (response.statusCode < 300) return response.body;
        failure = await explain(response);
      } catch (error) {
        failure = { error, mayRetry: error instanceof FreshetError };
      }
      signal.throwIfAborted();
      const jitter = 0.5 + Math.random();
      const pauseMs = failure.retryAfterMs ?? RETRY_PAUSE_MS * 2 ** (tried - 1) * jitter;
      if (!failure.mayRetry || tried >= maxAttempts || pauseMs > MAX_RETRY_PAUSE_MS) throw failure.error;
      await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      onRetry?.();
    }
  }

  return {
    post,
    async json(path, body, signal, onRetry) {
      const answer = await post(path, body, signal, onRetry);
      try {
        return await answer.json();
      } catch (error) {
        throw signal.aborted ? signal.reason : unreachable(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Milliseconds out of a Retry-After header: seconds, or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
