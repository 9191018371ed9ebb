import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFreshetClient, type FreshetClient } from '@freshet/cli/client';
import type { Embedder } from '@freshet/models/embedding';
import type { RouteTable } from '@freshet/models/routing/route-table';
import type { Rescore } from '@freshet/retriever/rescore/rescore';
import { createLogger } from '@freshet/shared/log';
import { openStandalone } from '@freshet/standalone/app';

export interface EvaluationFleet {
  client: FreshetClient;
  close(): Promise<void>;
}

export interface EvaluationFleetOptions {
  embedder: Embedder;
  tokenizer?: string | undefined;
  /** Whom the questions come from: they see what these may see. */
  principals?: string[];
  /** By whom questions are answered; sentences of the passages by default. Who opened them closes them. */
  routes?: RouteTable | undefined;
  /** Further variables, such as those of an index on OpenSearch. */
  env?: Record<string, string>;
  /** In place of the retriever's own. */
  rescore?: Rescore;
}

/** A fleet of its own in a folder that goes with it. */
export async function startFleet({
  embedder,
  tokenizer,
  principals = [],
  routes,
  env = {},
  rescore,
}: EvaluationFleetOptions): Promise<EvaluationFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-eval-'));
  const apiKey = randomBytes(16).toString('hex');
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify([{ key: apiKey, tenant: 'default', principals, canWrite: true }]));
  const standalone = await openStandalone({
    env: { API_KEYS_FILE: keys, SOURCES: '{"*":{"acl":{"public":true}}}', ...env },
    dataDir: join(folder, 'data'),
    logger: createLogger({ name: 'eval', level: 'error' }),
    embedder,
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(rescore ? { rescore } : {}),
    ...(routes === undefined ? {} : { routes }),
  });
  const url = await standalone.gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const client = createFreshetClient({ url, apiKey });
  return {
    client,
    async close() {
      await client.close();
      await standalone.gateway.app.close();
      await standalone.close();
      await rm(folder, { recursive: true });
    },
  };
}
