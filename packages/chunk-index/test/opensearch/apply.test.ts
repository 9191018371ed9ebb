import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { applyIndex } from '../../opensearch/apply.ts';
import { createClient } from '../../opensearch/client.ts';
import { openOpenSearchChunkIndex } from '../../opensearch.ts';
import { sample } from '../contract.ts';
import { OPTIONS, removeIndexes } from './open-index.ts';

const server = await startOpenSearch();
test.after(() => server.stop());
const connection = { nodes: [server.url], timeoutMs: 10_000 };

async function setUp(t: TestContext) {
  const options = { ...OPTIONS, prefix: uniquePrefix() };
  const client = await createClient(connection);
  t.after(async () => {
    await removeIndexes(client, options.prefix);
    await client.close();
  });
  return { options, client };
}

test('applied again, or by several at once, the index is the same, with its documents', async (t) => {
  const { options, client } = await setUp(t);
  const results = await Promise.all([1, 2, 3].map(() => applyIndex(client, options)));
  const created = results.flat().filter(({ outcome }) => outcome === 'created');
  assert.deepEqual(created.map(({ index }) => index.slice(options.prefix.length)).sort(), [
    'chunks-000001',
    'manifests-000001',
  ]);
  const index = await openOpenSearchChunkIndex({ connection, index: options });
  t.after(() => index.close());
  await index.write([sample()]);
  await applyIndex(client, { ...options, replicas: 1, engine: 'faiss', m: 32 });
  assert.equal((await index.readManifests([sample().manifest])).size, 1);
  const { body } = await client.indices.getSettings({
    index: `${options.prefix}chunks-000001`,
    flat_settings: true,
  });
  const settings = Object.values(body)[0]?.settings as Record<string, string>;
  assert.equal(settings['index.number_of_replicas'], '1', 'what may change follows the configuration');
});

test('the engine and the graph are written into the mapping, never left to the server', async (t) => {
  const { options, client } = await setUp(t);
  await applyIndex(client, { ...options, engine: 'faiss', m: 24, efConstruction: 77 });
  const { body } = await client.indices.getMapping({ index: `${options.prefix}chunks-read` });
  const vector = Object.values(body)[0]?.mappings.properties?.['vector'] as unknown as { method: object };
  assert.deepEqual(vector.method, {
    name: 'hnsw',
    engine: 'faiss',
    space_type: 'innerproduct',
    parameters: { m: 24, ef_construction: 77 },
  });
});

test('an index with the vectors of another embedder is refused, and stays as it is', async (t) => {
  const { options, client } = await setUp(t);
  await applyIndex(client, options);
  for (const wrong of [{ embedder: 'another' }, { dimensions: 16 }]) {
    await assert.rejects(applyIndex(client, { ...options, ...wrong }), {
      code: 'FRESHET_EMBEDDER_MISMATCH',
      message: /test-embedder with 8 dimensions; the configured embedder is/,
    });
  }
  assert.ok((await applyIndex(client, options)).every(({ outcome }) => outcome === 'updated'));
});

test('what somebody else made under our name is refused', async (t) => {
  const { options, client } = await setUp(t);
  await client.indices.create({
    index: `${options.prefix}chunks-old`,
    body: { aliases: { [`${options.prefix}chunks-write`]: {} } },
  });
  await assert.rejects(applyIndex(client, options), {
    code: 'FRESHET_INDEX_UNKNOWN',
    message: /did not make it/,
  });
});

test('without an index nothing is written, and nothing is made by writing; once there is one, all goes on', async (t) => {
  const { options, client } = await setUp(t);
  const index = await openOpenSearchChunkIndex({ connection, index: options });
  t.after(() => index.close());
  const missing = { code: 'FRESHET_INDEX_UNKNOWN', message: /run `freshet index apply`/ };
  await assert.rejects(index.ping(), missing);
  await assert.rejects(index.write([sample()]), missing);
  assert.equal(
    (await client.indices.exists({ index: `${options.prefix}*`, allow_no_indices: false })).body,
    false,
  );
  await applyIndex(client, options);
  await index.ping();
  assert.deepEqual(await index.write([sample()]), ['written']);
});

test('an index that goes away while it is used is not made again by a write', async (t) => {
  const { options, client } = await setUp(t);
  await applyIndex(client, options);
  const index = await openOpenSearchChunkIndex({ connection, index: options });
  t.after(() => index.close());
  await index.write([sample()]);
  await client.indices.delete({
    index: [`${options.prefix}chunks-000001`, `${options.prefix}manifests-000001`],
  });
  await assert.rejects(index.write([sample({ version: 2 })]), { code: 'FRESHET_INDEX_UNKNOWN' });
  await assert.rejects(index.ping(), { code: 'FRESHET_INDEX_UNKNOWN' });
});

test('an index of other dimensions takes no write, and says why', async (t) => {
  const { options, client } = await setUp(t);
  await applyIndex(client, { ...options, dimensions: 16 });
  const index = await openOpenSearchChunkIndex({ connection, index: options });
  t.after(() => index.close());
  const wrong = { code: 'FRESHET_EMBEDDER_MISMATCH', message: /16 dimensions/ };
  await assert.rejects(index.ping(), wrong);
  await assert.rejects(index.write([sample()]), wrong);
});
