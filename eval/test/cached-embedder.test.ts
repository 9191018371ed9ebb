import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Embedder } from '@freshet/models/embedding';
import { cacheEmbeddings } from '../cached-embedder.ts';

/** Tells documents from questions, and counts what it is asked. */
function countingEmbedder(fingerprint: string): Embedder & { embedded: string[] } {
  const embedded: string[] = [];
  const embed = (kind: number, text: string) => {
    embedded.push(text);
    return Float32Array.of(kind, text.length);
  };
  return {
    embedded,
    fingerprint,
    dimensions: 2,
    maxTokens: 100,
    embedDocuments: async (texts) => texts.map((text) => embed(0, text)),
    embedQuery: async (text) => embed(1, text),
    close: async () => {},
  };
}

test('a text is embedded once, as a document and as a question, and again by another model', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-cache-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'below', 'vectors.db');
  const [first, second, other] = ['one', 'one', 'two'].map(countingEmbedder);
  for (const embedder of [first!, second!, other!]) {
    const cache = cacheEmbeddings(embedder, path);
    assert.deepEqual(await cache.embedDocuments(['a', 'bb']), [Float32Array.of(0, 1), Float32Array.of(0, 2)]);
    assert.deepEqual(await cache.embedQuery('bb'), Float32Array.of(1, 2));
    assert.deepEqual(await cache.embedQuery('bb'), Float32Array.of(1, 2));
    await cache.close();
  }
  assert.deepEqual(
    [first, second, other].map((embedder) => embedder!.embedded),
    [['a', 'bb', 'bb'], [], ['a', 'bb', 'bb']],
  );
});

test('questions are embedded each time where their time is measured', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-cache-'));
  t.after(() => rm(folder, { recursive: true }));
  const embedder = countingEmbedder('one');
  const cache = cacheEmbeddings(embedder, join(folder, 'vectors.db'), { withQuestions: false });
  await cache.embedQuery('a');
  await cache.embedQuery('a');
  await cache.close();
  assert.equal(embedder.embedded.length, 2);
});
