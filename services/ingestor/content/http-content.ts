import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createBackoff } from '@freshet/shared/backoff';
import { FreshetError } from '@freshet/shared/errors';
import { Agent, type Dispatcher } from 'undici';
import { isAllowedAddress } from './address-rules.ts';
import { nameOf, type OpenContent, type OpenedContent } from './content-reader.ts';
import { checkUrl, type UrlRules } from './url-rules.ts';

export interface HttpContentOptions extends UrlRules {
  /** Resolves names; the system's own by default. */
  lookup?: LookupFunction;
  /** Tries of a fetch that fails in passing, before the batch is tried again. */
  attempts?: number;
}

const MAX_REDIRECTS = 5;
const BACKOFF_MS = 200;

/**
 * Fetches over HTTP, from allowed hosts and addresses alone. A name is resolved once for a connection, and the
 * addresses that were checked are those that it connects to, so that a name which changes between check and use
 * (DNS rebinding) leads nowhere else.
 */
export function createHttpContent({
  lookup = systemLookup as LookupFunction,
  attempts = 3,
  ...rules
}: HttpContentOptions): { open: OpenContent; close(): Promise<void> } {
  const agent = new Agent({
    connections: 8,
    // undici's longest times without a byte; the caller's signal bounds the whole.
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    connect: { timeout: 10_000, lookup: checkedLookup(lookup, rules) },
  });
  const backoff = createBackoff({ baseMs: BACKOFF_MS });

  async function request(url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    try {
      return await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        // Bytes as they are: what is packed has no length that could be held against a bound.
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'freshet' },
        signal,
      });
    } catch (cause) {
      throw toConnectionError(url, cause);
    }
  }

  async function follow(start: URL, signal: AbortSignal): Promise<OpenedContent> {
    let url = start;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      checkUrl(url, rules);
      const response = await request(url, signal);
      const { statusCode, headers, body } = response;
      if (statusCode === 200) return toOpened(url, response);
      await body.dump().catch(() => {});
      const location = statusCode >= 300 && statusCode < 400 ? headers['location'] : undefined;
      if (typeof location !== 'string') throw toStatusError(url, statusCode);
      const next = URL.parse(location, url);
      if (!next) throw unreadable(url, 'is redirected to what is no URL');
      if (url.protocol === 'https:' && next.protocol !== 'https:') {
        throw new FreshetError('FRESHET_CONTENT_URL_REFUSED', {
          detail: `${nameOf(url)} is redirected from https to ${next.protocol.slice(0, -1)}.`,
        });
      }
      url = next;
    }
    throw unreadable(start, `is redirected more than ${MAX_REDIRECTS} times`);
  }

  return {
    async open(url, signal) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await follow(url, signal);
        } catch (error) {
          if (
            !(error instanceof FreshetError && error.isRetryable) ||
            attempt >= attempts ||
            signal.aborted
          ) {
            throw error;
          }
          await pause(backoff(attempt), undefined, { signal });
        }
      }
    },
    close: () => agent.destroy(),
  };
}

/** Resolves a name to addresses that may be connected to; one that may not be refuses the name. */
function checkedLookup(lookup: LookupFunction, { allowPrivate }: UrlRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = typeof found === 'string' ? [{ address: found, family: 4 }] : found;
      const refused = addresses.find(({ address }) => !isAllowedAddress(address, { allowPrivate }));
      if (refused || addresses.length === 0) {
        const detail = `${hostname} has an address that is not fetched from; CONTENT_URL_PRIVATE allows those of an intranet.`;
        return callback(new FreshetError('FRESHET_CONTENT_URL_REFUSED', { detail }), []);
      }
      if (options.all) return callback(null, addresses);
      const [first] = addresses as [{ address: string; family: number }];
      return callback(null, first.address, first.family);
    });
  };
}

function toOpened(url: URL, { headers, body }: Dispatcher.ResponseData): OpenedContent {
  const close = async () => void body.destroy();
  // A body that is given up reports its end as an error, which nobody waits for.
  body.on('error', () => {});
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    body.destroy();
    throw unreadable(url, `came packed (${encoding}) although it was asked for as it is`);
  }
  const declared = Number(headers['content-length'] ?? Number.NaN);
  return { length: Number.isSafeInteger(declared) ? declared : undefined, body, close };
}

function toStatusError(url: URL, status: number): FreshetError {
  const detail = `${nameOf(url)} answered ${status}.`;
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  return new FreshetError(isPassing ? 'FRESHET_CONTENT_UNAVAILABLE' : 'FRESHET_CONTENT_URL_UNREADABLE', {
    detail,
  });
}

function toConnectionError(url: URL, cause: unknown): FreshetError {
  if (cause instanceof FreshetError) return cause;
  // The resolver says that there is no such name; one that does not answer says EAI_AGAIN.
  if ((cause as NodeJS.ErrnoException).code === 'ENOTFOUND') return unreadable(url, 'is of no known host');
  const detail = `${nameOf(url)} cannot be had: ${(cause as Error).message}.`;
  return new FreshetError('FRESHET_CONTENT_UNAVAILABLE', { detail, cause });
}

function unreadable(url: URL, why: string): FreshetError {
  return new FreshetError('FRESHET_CONTENT_URL_UNREADABLE', { detail: `${nameOf(url)} ${why}.` });
}
