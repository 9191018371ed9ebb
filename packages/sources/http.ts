import { setTimeout } from 'node:timers/promises';
import { createBackoff } from '@freshet/shared/backoff';
import { FreshetError } from '@freshet/shared/errors';
import { Agent, type Dispatcher } from 'undici';
import { readRetryAfter } from './retry-after.ts';

export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export interface SourceHttpOptions {
  /** The connector, for errors. */
  name: string;
  baseUrl: string;
  /** Value of the header `authorization`. */
  authorization: string;
  /** Longest time of one request, in milliseconds. */
  timeoutMs?: number;
  /** Tries of a request that the source fails or does not answer. */
  attempts?: number;
  /** Told before a rate limit is waited out. */
  onThrottled?: ((waitMs: number) => void) | undefined;
  pause?: Pause | undefined;
  now?: (() => number) | undefined;
}

export interface SourceHttp {
  /**
   * The JSON at a path below the base URL, with its query; `undefined` where there is nothing (404, 410). A rate limit
   * (429) is waited out however long it is; a server that fails (5xx, no answer) is tried a few times.
   * @throws {FreshetError} `FRESHET_SOURCE_UNAVAILABLE`, `FRESHET_SOURCE_REFUSED`.
   */
  get<Answer>(path: string, signal: AbortSignal): Promise<Answer | undefined>;
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** HTTP to a source: one authorised GET after another, in step with what the source lets through. */
export function createSourceHttp({
  name,
  baseUrl,
  authorization,
  timeoutMs = 30_000,
  attempts = 4,
  onThrottled = () => {},
  pause = (ms, signal) => setTimeout(ms, undefined, { signal }),
  now = Date.now,
}: SourceHttpOptions): SourceHttp {
  const agent = new Agent({ connections: 8, maxResponseSize: MAX_ANSWER_BYTES });
  const backoff = createBackoff({ baseMs: 500 });
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');

  async function attempt(path: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    try {
      return await agent.request({
        origin: base.origin,
        path: prefix + path,
        method: 'GET',
        headers: { authorization, accept: 'application/json', 'user-agent': 'freshet' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw unavailable(`${name} does not answer.`, cause);
    }
  }

  async function readBody<Answer>(response: Dispatcher.ResponseData, signal: AbortSignal): Promise<Answer> {
    try {
      return (await response.body.json()) as Answer;
    } catch (cause) {
      signal.throwIfAborted();
      // Half an answer, or a page of a proxy in front of the source.
      throw unavailable(`${name} answered with what is not JSON.`, cause);
    }
  }

  async function once<Answer>(
    path: string,
    signal: AbortSignal,
  ): Promise<{ answer: Answer | undefined } | { retryAfterMs: number | undefined }> {
    const response = await attempt(path, signal);
    const { statusCode, headers, body } = response;
    if (statusCode === 200) return { answer: await readBody<Answer>(response, signal) };
    await body.dump().catch(() => {});
    if (statusCode === 404 || statusCode === 410) return { answer: undefined };
    if (statusCode === 429) return { retryAfterMs: readRetryAfter(headers, now()) };
    if (statusCode >= 500) {
      const retryAfterMs = readRetryAfter(headers, now());
      if (retryAfterMs !== undefined) return { retryAfterMs };
      throw unavailable(`${name} answered ${statusCode}.`);
    }
    // Without the query: it may hold a cursor, which is no use to a reader of logs.
    const detail = `${name} answered ${statusCode} to GET ${path.split('?', 1)[0]}.`;
    throw new FreshetError('FRESHET_SOURCE_REFUSED', { detail });
  }

  return {
    async get<Answer>(path: string, signal: AbortSignal) {
      let failures = 0;
      let throttled = 0;
      for (;;) {
        signal.throwIfAborted();
        try {
          const result = await once<Answer>(path, signal);
          if ('answer' in result) return result.answer;
          throttled += 1;
          const waitMs = result.retryAfterMs ?? backoff(throttled);
          onThrottled(waitMs);
          await pause(waitMs, signal);
        } catch (error) {
          signal.throwIfAborted();
          failures += 1;
          if (!(error instanceof FreshetError && error.isRetryable) || failures >= attempts) throw error;
          await pause(backoff(failures), signal);
        }
      }
    },
    close: () => agent.destroy(),
  };
}

function unavailable(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_SOURCE_UNAVAILABLE', { detail, cause });
}
