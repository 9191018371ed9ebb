import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ChunkIndex, DocumentWrite } from '@freshet/chunk-index';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import type { Reranker } from '@freshet/models/reranking';
import type { Acl, Chunk, RetrieveRequest } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createConfidence } from '../confidence/confidence.ts';
import { createRerankStage } from '../rerank.ts';
import { createRetrieve, type RetrieveOptions } from '../retrieve.ts';

const EMBEDDER = 'hashed';
const embedder = createHashedEmbedder({ dimensions: 64 });
const everyone = { tenant: 'acme', principals: [] };
const { signal } = new AbortController();

interface Sketch {
  id: string;
  texts: string[];
  acl?: Acl;
  version?: number;
  state?: 'live' | 'deleted';
}

async function toWrite({ id, texts, acl = { public: true }, version = 1, state = 'live' }: Sketch) {
  const vectors = await embedder.embedDocuments(texts);
  let start = 0;
  const chunks: Chunk[] = texts.map((text, ordinal) => {
    const span = { start, end: start + text.length };
    start += text.length + 100; // apart, so that no test of something else sees merged passages
    return {
      ordinal,
      headingPath: [],
      text,
      span,
      tokens: 1,
      contentHash: `${ordinal}`,
      vector: vectors[ordinal]!,
    };
  });
  return {
    manifest: {
      tenant: 'acme',
      source: 's',
      documentId: id,
      version,
      state,
      acl,
      attributes: {},
      contentHash: '',
      embedder: EMBEDDER,
      chunkCount: chunks.length,
      changedAt: '2026-01-01T00:00:00.000Z',
      indexedAt: '2026-01-01T00:00:00.000Z',
      mediaType: 'text/plain',
    },
    chunks,
  } as unknown as DocumentWrite;
}

async function open(t: TestContext, sketches: Sketch[], options: Partial<RetrieveOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-retrieve-'));
  const index = await openSqliteChunkIndex({
    path: join(folder, 'index.db'),
    dimensions: 64,
    embedder: EMBEDDER,
  });
  t.after(async () => {
    await index.close();
    await rm(folder, { recursive: true });
  });
  await index.write(await Promise.all(sketches.map(toWrite)));
  await index.advanceWatermark(new Map());
  const searched: string[] = [];
  const watched: ChunkIndex = {
    ...index,
    search: (request) => {
      searched.push(request.text);
      return index.search(request);
    },
  };
  const retrieve = createRetrieve({
    index: watched,
    embedQuery: (text) => embedder.embedQuery(text),
    confidenceOf: createConfidence(embedder.fingerprint),
    candidates: 10,
    watermarkWaitMs: 0,
    ...options,
  });
  return {
    index,
    searched,
    ask: (request: Partial<RetrieveRequest>, access = everyone) =>
      retrieve(access, { query: 'rotate signing key', ...request }, signal),
  };
}

/** Likes what has most of the letter `z`. */
function zReranker(seen: string[] = []): Reranker {
  return {
    model: 'z',
    async rerank(_, texts) {
      seen.push(...texts);
      return texts.map((text) => text.split('z').length);
    },
    close: async () => {},
  };
}

const stageOf = (reranker: Reranker, candidates = 30) =>
  createRerankStage({
    reranker,
    candidates,
    step: async (work, limit) => work(limit).catch(() => undefined),
  });

const KEYS = Array.from({ length: 6 }, (_, i) => ({
  id: `d${i}`,
  texts: [`rotate the signing key of machine ${i} ${'z'.repeat(i)}`],
}));

test('a reranker orders the best, and passages carry its scores', async (t) => {
  const { ask } = await open(t, KEYS, { reranking: stageOf(zReranker()) });
  const { passages, degraded } = await ask({ limit: 3 });
  assert.deepEqual(
    passages.map(({ documentId, rerankScore }) => [documentId, rerankScore]),
    [
      ['d5', 6],
      ['d4', 5],
      ['d3', 4],
    ],
  );
  assert.equal(degraded, undefined);
});

test('a reranker that fails leaves the fused order, and the answer says so', async (t) => {
  const broken: Reranker = {
    model: 'broken',
    rerank: async () => {
      throw new FreshetError('FRESHET_MODEL_UNAVAILABLE');
    },
    close: async () => {},
  };
  const plain = await open(t, KEYS);
  const { ask } = await open(t, KEYS, { reranking: stageOf(broken) });
  const [expected, got] = [await plain.ask({}), await ask({})];
  assert.deepEqual(got.passages, expected.passages);
  assert.deepEqual(got.degraded, ['rerank']);
});

test('a reranker reads nothing that the caller may not see, or that is not true any more', async (t) => {
  const seen: string[] = [];
  const { ask, index } = await open(
    t,
    [...KEYS, { id: 'closed', texts: ['rotate the signing key secretly'], acl: { allow: ['user:ana'] } }],
    { reranking: stageOf(zReranker(seen)) },
  );
  // Not yet searchable: the search still finds the old text.
  await index.write([await toWrite({ id: 'd1', texts: [], version: 2, state: 'deleted' })]);
  const { passages } = await ask({});
  assert.equal(passages.length, 5);
  assert.equal(seen.length, 5);
  assert.ok(seen.every((text) => !/secretly|machine 1/.test(text)));
});

test('when what was found is not true any more, the search goes deeper', async (t) => {
  const stale = Array.from({ length: 12 }, (_, i) => ({ id: `stale${i}`, texts: ['rotate signing key'] }));
  const rest = Array.from({ length: 8 }, (_, i) => ({ id: `rest${i}`, texts: [`a key for machine ${i}`] }));
  const { ask, index } = await open(t, [...stale, ...rest]);
  const deletions = stale.map(({ id }) => toWrite({ id, texts: [], version: 2, state: 'deleted' }));
  await index.write(await Promise.all(deletions));
  const { passages } = await ask({ limit: 4 });
  assert.equal(passages.length, 4);
});

test('a plain question is one search and says nothing of a query', async (t) => {
  const { ask, searched } = await open(t, KEYS);
  const { query, degraded } = await ask({});
  assert.deepEqual(searched, ['rotate signing key']);
  assert.deepEqual([query, degraded], [undefined, undefined]);
});

test('a follow-up is searched with what it is about', async (t) => {
  const { ask } = await open(t, [...KEYS, { id: 'windows', texts: ['rotate the signing key on Windows'] }]);
  const { query, passages } = await ask({
    query: 'And on Windows?',
    history: [
      { role: 'user', content: 'How do I rotate the signing key?' },
      { role: 'assistant', content: 'With a command.' },
    ],
  });
  assert.equal(query, 'And on Windows? rotate signing key');
  assert.equal(passages[0]!.documentId, 'windows');
});

test('a word that the index does not know is corrected, and the question is searched as it is, too', async (t) => {
  const { ask, searched } = await open(t, [...KEYS, { id: 'k', texts: ['certificates expire'] }]);
  const { query, passages } = await ask({ query: 'why do certifciates end' });
  assert.deepEqual(searched, ['why do certifciates end', 'why do certificates end']);
  assert.equal(query, 'why do certificates end');
  assert.equal(passages[0]!.documentId, 'k');
});

test('an acronym is spelt out as documents that the caller may see define it', async (t) => {
  const { ask, searched } = await open(t, [
    { id: 'definition', texts: ['The Tidal Sync Engine (TSE) is new.'] },
    { id: 'use', texts: ['Tidal sync engine tuning is done by the owner.'] },
    { id: 'secret', texts: ['The Top Secret Effort (TSE), TSE, TSE'], acl: { allow: ['user:ana'] } },
  ]);
  await ask({ query: 'Who tunes the TSE' });
  assert.deepEqual(searched, ['Who tunes the TSE', 'Who tunes the TSE Tidal Sync Engine']);
});
