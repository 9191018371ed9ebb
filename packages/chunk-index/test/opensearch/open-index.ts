import type { TestContext } from 'node:test';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import type { Client } from '@opensearch-project/opensearch';
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

/** An empty index of its own on the server at `url`, which goes with the test. */
export async function openTestIndex(t: TestContext, url: string) {
  const options = { ...OPTIONS, prefix: uniquePrefix() };
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

export async function removeIndexes(client: Client, prefix: string): Promise<void> {
  await client.indices.delete({ index: [`${prefix}chunks-*`, `${prefix}manifests-*`] });
  for (const kind of ['chunks', 'manifests']) {
    await client.indices.deleteIndexTemplate({ name: `${prefix}${kind}` }, { ignore: [404] });
  }
}
