import type { TestContext } from 'node:test';
import { applyIndex } from '../../opensearch/apply.ts';
import { createClient } from '../../opensearch/client.ts';
import type { IndexOptions } from '../../opensearch/mapping.ts';
import { openOpenSearchChunkIndex } from '../../opensearch.ts';
import { DIMENSIONS, EMBEDDER } from '../contract.ts';

export const OPTIONS: IndexOptions = {
  prefix: '',
  dimensions: DIMENSIONS,
  embedder: EMBEDDER,
  engine: 'lucene',
  m: 16,
  efConstruction: 100,
  efSearch: 0,
  shards: 1,
  replicas: 0,
};

let count = 0;

/** An empty index of its own on the server at `url`, which goes with the test. */
export async function openTestIndex(t: TestContext, url: string, overrides: Partial<IndexOptions> = {}) {
  count += 1;
  const options = { ...OPTIONS, prefix: `t${process.pid}-${count}-`, ...overrides };
  const connection = { nodes: [url], timeoutMs: 10_000 };
  const client = await createClient(connection);
  await applyIndex(client, options);
  const index = await openOpenSearchChunkIndex({ connection, index: options });
  t.after(async () => {
    await index.close();
    await removeIndexes(client, options.prefix);
    await client.close();
  });
  return { index, client, options, connection };
}

async function removeIndexes(client: Awaited<ReturnType<typeof createClient>>, prefix: string) {
  await client.indices.delete({ index: [`${prefix}chunks-*`, `${prefix}manifests-*`] });
  for (const kind of ['chunks', 'manifests']) {
    await client.indices.deleteIndexTemplate({ name: `${prefix}${kind}` });
  }
}
