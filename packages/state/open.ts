import type { Logger } from '@freshet/shared/log';
import { type Static, type TObject, Type } from 'typebox';
import type { SharedState } from './index.ts';
import { createMemoryState } from './memory.ts';

/** Variables that say where the shared state is. */
export const stateConfig = {
  VALKEY_URL: Type.Optional(
    Type.String({
      description:
        'Valkey or Redis for what gateways share, such as idempotency keys: `redis://user:password@host:6379`, `rediss://` with TLS. Without it each gateway has its own, which is enough for one.',
      writeOnly: true,
    }),
  ),
  VALKEY_PREFIX: Type.String({ default: 'freshet:', description: 'Stands before every key in Valkey.' }),
};

/** Valkey where VALKEY_URL is set, else the memory of this process. */
export async function openSharedState(
  { VALKEY_URL, VALKEY_PREFIX }: Static<TObject<typeof stateConfig>>,
  logger: Logger,
): Promise<SharedState> {
  if (!VALKEY_URL) return createMemoryState();
  const { openValkeyState } = await import('./valkey.ts');
  return openValkeyState({ url: VALKEY_URL, prefix: VALKEY_PREFIX, logger });
}
