import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { Type } from 'typebox';
import { applyChunkIndex, chunkIndexConfig, openChunkIndex } from '../../open.ts';
import { readConnection } from '../../opensearch/config.ts';

const read = (env: Record<string, string>) => loadConfig(Type.Object(chunkIndexConfig), env);
const NODES = { OPENSEARCH_NODES: 'https://a:9200, https://b:9200' };

test('nodes, credentials and the authority make a connection', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, 'a certificate');
  const variables = {
    ...NODES,
    OPENSEARCH_USERNAME: 'ana',
    OPENSEARCH_PASSWORD: 'p',
    OPENSEARCH_TLS_CA_FILE: ca,
  };
  assert.deepEqual(readConnection(read(variables)), {
    nodes: ['https://a:9200', 'https://b:9200'],
    timeoutMs: 10_000,
    basic: { username: 'ana', password: 'p' },
    ca: 'a certificate',
  });
});

test('what does not go together is refused with the variables named, and never their values', () => {
  for (const [env, message] of [
    [{ ...NODES, OPENSEARCH_USERNAME: 'ana' }, /OPENSEARCH_PASSWORD/],
    [{ ...NODES, OPENSEARCH_PASSWORD: 'hush' }, /OPENSEARCH_USERNAME/],
    [
      { ...NODES, OPENSEARCH_USERNAME: 'a', OPENSEARCH_PASSWORD: 'hush', OPENSEARCH_AWS_REGION: 'eu-west-1' },
      /OPENSEARCH_AWS_REGION/,
    ],
    [{ OPENSEARCH_NODES: 'node:9200' }, /http:\/\/ or https:\/\//],
    [{ OPENSEARCH_NODES: ' , ' }, /names no node/],
    [{ OPENSEARCH_NODES: 'https://ana:hush@node:9200' }, /must not hold credentials/],
    [{ ...NODES, OPENSEARCH_TLS_CA_FILE: '/nowhere/ca.pem' }, /OPENSEARCH_TLS_CA_FILE/],
  ] as const) {
    assert.throws(
      () => readConnection(read(env)),
      (error: Error & { code: string }) =>
        error.code === 'FRESHET_CONFIG_INVALID' && message.test(error.message) && !/hush/.test(error.message),
      JSON.stringify(env),
    );
  }
});

test('without nodes the index is embedded, and there is nothing to apply', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-index-'));
  t.after(() => rm(folder, { recursive: true }));
  const embedder = { dimensions: 8, fingerprint: 'test' };
  const index = await openChunkIndex(read({ DATA_DIR: folder }), embedder);
  await index.ping();
  await index.close();
  await assert.rejects(applyChunkIndex(read({ DATA_DIR: folder }), embedder), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /needs no command/,
  });
});
