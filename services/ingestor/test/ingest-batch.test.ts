import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import type { ConsumedRecord, LogRecord } from '@freshet/event-log';
import { openSqliteEventLog } from '@freshet/event-log/sqlite';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { UPSERTED } from '@freshet/shared/contracts';
import { DEAD_LETTER_TOPIC, encodeDocumentEvent } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import { createLogger } from '@freshet/shared/log';
import { Registry } from '@freshet/shared/metrics';
import { readSources } from '@freshet/shared/sources';
import { createContentReader } from '../content/content-reader.ts';
import { openDeadLetters } from '../dead-letters.ts';
import { createBatchHandler } from '../ingest-batch.ts';
import { createIngestMetrics } from '../metrics.ts';
import { openDocumentParser } from '../parse/parser.ts';

const NOW = new Date('2026-05-01T12:00:00.000Z');
const { signal } = new AbortController();

// Opened once, because threads are slow to start. Each test has a partition and a tenant of its own.
const folder = await mkdtemp(join(tmpdir(), 'freshet-batch-'));
const hashed = createHashedEmbedder({ dimensions: 8 });
const index = await openSqliteChunkIndex({
  path: join(folder, 'index.db'),
  dimensions: 8,
  embedder: hashed.fingerprint,
  readers: 1,
});
const log = await openSqliteEventLog({ path: join(folder, 'log.db') });
const parser = openDocumentParser({ tokenizer: undefined, maxTokens: 64 });
test.after(async () => {
  await Promise.all([index.close(), log.close(), parser.close()]);
  await rm(folder, { recursive: true });
});
await log.ensureTopic(DEAD_LETTER_TOPIC, { partitions: 1, cleanup: 'keep' });
let partitions = 0;

/** The handler of a partition; `fail` may throw in the embedder's place. */
function open(fail: (texts: readonly string[]) => void = () => {}) {
  const partition = partitions++;
  const tenant = `t${partition}`;
  const handle = createBatchHandler({
    index,
    parser,
    content: createContentReader({ schemes: new Map(), budgetBytes: 0, timeoutMs: 1000 }),
    embedder: {
      ...hashed,
      async embedDocuments(texts, options) {
        fail(texts);
        return hashed.embedDocuments(texts, options);
      },
    },
    sources: readSources('{}'),
    metrics: createIngestMetrics(new Registry(), { readLag: async () => new Map() }),
    logger: createLogger({ name: 'test', level: 'silent' }),
    deadLetters: openDeadLetters(log, { now: () => NOW }),
  });
  return {
    handle: (records: ConsumedRecord[]) => handle({ partition, records }, signal),
    record(offset: number, documentId: string, content: string, version = 1): ConsumedRecord {
      const identity = { tenant, source: 'handbook', documentId, version };
      const data = { ...identity, mediaType: 'text/plain' as const, content, changedAt: NOW.toISOString() };
      const event = encodeDocumentEvent({ type: UPSERTED, data }, { 'x-origin': 'a connector' });
      return { ...event, partition, offset, timestamp: 1_700_000_000_000 };
    },
    async letters(): Promise<LogRecord[]> {
      const all = await Array.fromAsync(log.read(DEAD_LETTER_TOPIC));
      return all.filter(({ headers }) => headers['freshet-dlq-origin']?.startsWith(`${partition}:`));
    },
    async states(...ids: string[]) {
      const refs = ids.map((documentId) => ({ tenant, source: 'handbook', documentId }));
      const manifests = await index.readManifests(refs);
      return ids.map((id) => {
        const manifest = manifests.get(`${tenant}/handbook/${id}`);
        return manifest && `${manifest.state} ${manifest.version}`;
      });
    },
  };
}

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
for (const [name, failure] of [
  ['a model that throttles', new FreshetError('FRESHET_MODEL_THROTTLED')],
  ['a service that does not answer', new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE')],
  ['a connection that is refused', new TypeError('fetch failed', { cause: refused })],
  ['an answer of 429', Object.assign(new Error('slow down'), { $metadata: { httpStatusCode: 429 } })],
  ['a wrong configuration', new FreshetError('FRESHET_EMBEDDER_MISMATCH')],
  ['credentials that are refused', new FreshetError('FRESHET_MODEL_REFUSED')],
  ['a fault that every text meets', new RangeError('a fault of ours')],
] as const) {
  test(`${name} fills no dead letters, however long it lasts`, async () => {
    let isDown = true;
    const { handle, record, letters, states } = open(() => {
      if (isDown) throw failure;
    });
    const batch = [record(7, 'a', 'one'), record(8, 'b', 'two')];
    for (let attempt = 0; attempt < 12; attempt += 1) await assert.rejects(handle(batch), failure);
    isDown = false;
    await handle(batch);
    assert.deepEqual(await states('a', 'b'), ['live 1', 'live 1']);
    assert.deepEqual(await letters(), []);
  });
}

for (const [name, failure, code] of [
  ['an unforeseen error', new RangeError('out of range'), 'FRESHET_INTERNAL'],
  ['a refusal of the model', new FreshetError('FRESHET_MODEL_REFUSED'), 'FRESHET_MODEL_REFUSED'],
] as const) {
  test(`an event that meets ${name} every time leaves its partition after five attempts`, async () => {
    const { handle, record, letters, states } = open((texts) => {
      if (texts.some((text) => text.includes('poison'))) throw failure;
    });
    const poison = record(8, 'bad', 'poison');
    const batch = [record(7, 'a', 'one'), poison, record(9, 'b', 'two')];
    for (let attempt = 1; attempt < 5; attempt += 1) await assert.rejects(handle(batch));
    await handle(batch);
    assert.deepEqual(await states('a', 'bad', 'b'), ['live 1', 'deleted 0', 'live 1']);
    const [letter, ...others] = await letters();
    assert.deepEqual(others, []);
    assert.equal(letter?.key, poison.key);
    assert.deepEqual(letter.value, poison.value);
    const { 'freshet-dlq-detail': detail, ...headers } = letter.headers;
    assert.match(detail ?? '', new RegExp(`failed 5 times.*${failure.message}`));
    assert.deepEqual(headers, {
      ...poison.headers,
      'freshet-dlq-id': `documents:${poison.partition}:8:1700000000000`,
      'freshet-dlq-topic': 'documents',
      'freshet-dlq-origin': `${poison.partition}:8`,
      'freshet-dlq-code': code,
      'freshet-dlq-attempts': '5',
      'freshet-dlq-time': NOW.toISOString(),
    });
  });
}

test('a text that is too long for the model is a dead letter at once', async () => {
  const { handle, record, letters } = open(() => {
    throw new FreshetError('FRESHET_CONTEXT_TOO_LONG');
  });
  await handle([record(0, 'long', 'a long text')]);
  const [letter] = await letters();
  assert.equal(letter?.headers['freshet-dlq-code'], 'FRESHET_CONTEXT_TOO_LONG');
  assert.equal(letter.headers['freshet-dlq-attempts'], '1');
});

test('an event that is refused leaves nothing that is older, in one batch or in two, and can be replayed', async () => {
  const { handle, record, letters, states } = open();
  const newer = record(1, 'a', ' ', 2);
  await handle([record(0, 'a', 'some words', 1), newer]);
  assert.deepEqual(await states('a'), ['deleted 1']);
  await handle([record(2, 'b', 'some words', 1)]);
  assert.deepEqual(await states('b'), ['live 1']);
  await handle([record(3, 'b', ' ', 9)]);
  assert.deepEqual(await states('b'), ['deleted 8']);
  await handle([record(4, 'b', 'late words', 8)]);
  assert.deepEqual(await states('b'), ['deleted 8']);
  await handle([record(5, 'b', 'the words that were meant', 9)]);
  assert.deepEqual(await states('b'), ['live 9']);
  assert.deepEqual(
    (await letters()).map(({ headers }) => headers['freshet-dlq-origin']),
    [1, 3].map((offset) => `${newer.partition}:${offset}`),
  );
});

test('a record without a key is kept under its id, and holds nothing up', async () => {
  const { handle, record, letters, states } = open();
  const keyless = { ...record(4, 'a', 'one'), key: '' };
  await handle([keyless, record(5, 'b', 'two')]);
  assert.deepEqual(await states('a', 'b'), [undefined, 'live 1']);
  const [letter] = await letters();
  assert.equal(letter?.key, `documents:${keyless.partition}:4:1700000000000`);
  assert.deepEqual(letter.value, keyless.value);
});

test('dead letters of one record share an id, and those of different records have their own', async () => {
  const { handle, record, letters } = open();
  const batch = [record(4, 'a', ' '), record(5, 'b', ' ')];
  await handle(batch);
  await handle(batch); // the commit was lost
  const ids = (await letters()).map(({ headers }) => headers['freshet-dlq-id']);
  assert.equal(ids.length, 4);
  assert.equal(new Set(ids).size, 2);
});
