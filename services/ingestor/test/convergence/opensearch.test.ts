import { test } from 'node:test';
import { createOpenSearchChunkIndex } from '@freshet/chunk-index/opensearch';
import { applyIndex } from '@freshet/chunk-index/opensearch/apply';
import { createClient } from '@freshet/chunk-index/opensearch/client';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { convergesToLatestState, embedder } from './converges.ts';
import type { ProcessGate } from './gate.ts';

const server = await startOpenSearch();
test.after(() => server.stop());

type Client = Awaited<ReturnType<typeof createClient>>;

convergesToLatestState(
  async () => {
    const client = await createClient({ nodes: [server.url], timeoutMs: 30_000 });
    const prefix = uniquePrefix('converges');
    const { dimensions, fingerprint } = embedder;
    const index = { prefix, dimensions, embedder: fingerprint, efSearch: 0 };
    const graph = { engine: 'lucene', m: 16, efConstruction: 100, shards: 1, replicas: 0 } as const;
    await applyIndex(client, { ...index, ...graph });
    // No machine loses power here, and a write to the disk for each request would be most of the time.
    const settings = { index: { 'translog.durability': 'async', refresh_interval: '-1' } };
    await client.indices.putSettings({ index: `${prefix}*`, body: settings as never });
    // Histories steer the order of calls; time has no part in it.
    const options = { index, refreshEveryMs: 0 };
    return {
      index: createOpenSearchChunkIndex(client, options),
      openFor: (gate) => createOpenSearchChunkIndex(throughGate(client, gate), options),
      async close() {
        await client.indices.delete({ index: [`${prefix}chunks-*`, `${prefix}manifests-*`] });
        await client.close();
      },
    };
  },
  { runs: Number(process.env['FRESHET_TEST_HISTORIES_OPENSEARCH'] ?? 20) },
);

/** Every request is a step, so that what a write consists of is interleaved and broken off too. */
function throughGate(client: Client, gate: ProcessGate): Client {
  const gated = <Target extends object>(target: Target, names: readonly string[]): Target =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        if (!names.includes(String(name))) return value.bind(object);
        return (...args: unknown[]) => gate.enter(async () => value.apply(object, args));
      },
    });
  const indices = gated(client.indices, ['refresh', 'getMapping', 'get']);
  return new Proxy(gated(client, ['bulk', 'mget']), {
    get: (object, name) => (name === 'indices' ? indices : Reflect.get(object, name)),
  });
}
