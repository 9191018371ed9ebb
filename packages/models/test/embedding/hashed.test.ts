import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHashedEmbedder } from '../../embedding/hashed.ts';
import { testEmbedder } from '../embedder-contract.ts';

testEmbedder('hashed', async (t) => {
  const embedder = createHashedEmbedder();
  t.after(() => embedder.close());
  return embedder;
});

test('dimensions are configured, and part of the fingerprint', async () => {
  const wide = createHashedEmbedder({ dimensions: 384 });
  const [vector] = await wide.embedDocuments(['a word']);
  assert.equal(vector!.length, 384);
  assert.notEqual(wide.fingerprint, createHashedEmbedder().fingerprint);
});

test('vectors are the same on every machine', async () => {
  const embedder = createHashedEmbedder({ dimensions: 4 });
  const [vector] = await embedder.embedDocuments(['Alpha, beta gamma! alpha']);
  assert.deepEqual(vector, Float32Array.of(-Math.SQRT1_2, 0, Math.SQRT1_2, 0));
});
