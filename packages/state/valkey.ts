import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { Redis } from 'ioredis';
import type { SharedState } from './index.ts';

export interface ValkeyOptions {
  /** `redis://host:port`, or `rediss://` for TLS, with user, password and database where there are any. */
  url: string;
  /** Stands before every key. */
  prefix: string;
  logger?: Logger;
}

const TIMEOUT_MS = 2_000;

/**
 * State in Valkey or Redis (6.2 or later). Opens without a connection: while there is none, every call rejects within
 * two seconds, and it connects again by itself.
 */
export function openValkeyState({ url, prefix, logger }: ValkeyOptions): SharedState {
  const client = new Redis(url, {
    keyPrefix: prefix,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    // A caller who waits is told at once, rather than when the connection comes back.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 5_000),
  });
  let isReported = false;
  client.on('ready', () => {
    if (isReported) logger?.info('Valkey is there again');
    isReported = false;
  });
  client.on('error', (err) => {
    if (!isReported) logger?.warn({ err }, 'Valkey cannot be reached');
    isReported = true;
  });
  return {
    async remember(key, value, ttlMs) {
      try {
        // Atomic, and understood since Redis 6.2, which has no `SET … NX GET`.
        const [[failure], [unread, kept]] = (await client
          .multi()
          .set(key, value, 'PX', ttlMs, 'NX')
          .get(key)
          .exec()) as [[Error | null, unknown], [Error | null, string]];
        if (failure ?? unread) throw failure ?? unread;
        return kept;
      } catch (cause) {
        throw new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', {
          detail:
            'Valkey, which remembers idempotency keys, does not answer. Nothing was written: ask again.',
          cause,
        });
      }
    },
    async close() {
      client.disconnect();
    },
  };
}
