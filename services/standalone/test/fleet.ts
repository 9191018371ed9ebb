import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createFreshetClient, type FreshetClient } from '@freshet/cli/client';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import type { Generator } from '@freshet/models/generation';
import { type RouteTable, singleRoute } from '@freshet/models/routing/route-table';
import type { DocumentInput } from '@freshet/shared/contracts';
import { createLogger } from '@freshet/shared/log';
import { openStandalone, type Standalone } from '../app.ts';

export interface TestFleet {
  url: string;
  client: FreshetClient;
  standalone: Standalone;
  /** Lines that the fleet logged. */
  logged: string[];
  /** Writes documents and waits until they are searchable. */
  write(...documents: Partial<DocumentInput>[]): Promise<void>;
  ask(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export interface TestFleetOptions {
  env?: Record<string, string>;
  keys?: { key: string; tenant: string; principals: string[]; canWrite?: boolean }[];
  generator?: Generator;
  routes?: RouteTable | undefined;
}

/** The whole fleet on a free port, with an embedder that needs no weights. */
export async function startFleet(
  t: TestContext,
  { env = {}, keys, generator, routes = generator && singleRoute(generator) }: TestFleetOptions = {},
): Promise<TestFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-fleet-'));
  const keysFile = join(folder, 'keys.json');
  if (keys) await writeFile(keysFile, JSON.stringify(keys));
  const logged: string[] = [];
  const standalone = await openStandalone({
    env: { SOURCES: '{"*":{"acl":{"public":true}}}', ...(keys ? { API_KEYS_FILE: keysFile } : {}), ...env },
    dataDir: join(folder, 'data'),
    logger: createLogger({
      name: 'test',
      level: 'warn',
      destination: { write: (line) => void logged.push(line) },
    }),
    embedder: createHashedEmbedder(),
    ...(routes ? { routes } : {}),
  });
  const url = await standalone.gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const client = createFreshetClient({ url, apiKey: keys?.[0]?.key });
  t.after(async () => {
    await client.close();
    await standalone.gateway.app.close();
    await standalone.close();
    await rm(folder, { recursive: true });
  });
  const { signal } = new AbortController();
  return {
    url,
    client,
    standalone,
    logged,
    async write(...documents) {
      const whole = documents.map((document, i) => ({
        source: 'test',
        documentId: `document-${i}`,
        mediaType: 'text/plain' as const,
        content: 'text',
        ...document,
      }));
      const { watermark } = await client.write(whole, signal);
      await client.search({ query: 'anything', after: watermark }, signal);
    },
    ask: (body, headers = {}) =>
      fetch(`${url}/v1/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

export const question = (content: string) => ({ messages: [{ role: 'user', content }] });
