import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { chunkIndexConfig, openChunkIndex } from '@freshet/chunk-index/open';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { loadConfig } from '@freshet/shared/config';
import type { Manifest } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, decodeDocumentEvent } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { readSources } from '@freshet/shared/sources';
import { Type } from 'typebox';
import { purge, sweep } from '../retention.ts';

const embedder = createHashedEmbedder();

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-retention-'));
  const env = { DATA_DIR: folder };
  const log = await openEventLog(loadConfig(Type.Object(eventLogConfig), env), { name: 'test' });
  const index = await openChunkIndex(loadConfig(Type.Object(chunkIndexConfig), env), embedder);
  t.after(async () => {
    await Promise.all([log.close(), index.close()]);
    await rm(folder, { recursive: true });
  });
  return { log, index };
}

function manifest(overrides: Partial<Manifest>): Manifest {
  return {
    tenant: 'acme',
    source: 'tickets',
    documentId: 'a',
    version: 3,
    state: 'live',
    acl: { public: true },
    attributes: {},
    contentHash: '',
    embedder: embedder.fingerprint,
    chunkCount: 0,
    changedAt: '2026-01-01T00:00:00Z',
    indexedAt: '2026-01-01T00:00:01Z',
    ...overrides,
  };
}

test('what is older than its source keeps it is deleted at its version, through the log', async (t) => {
  const { log, index } = await open(t);
  const manifests = [
    manifest({ documentId: 'old', version: 7 }),
    manifest({ documentId: 'old too', tenant: 'other', version: 8 }),
    manifest({ documentId: 'young', changedAt: '2026-03-31T00:00:01Z' }),
    manifest({ documentId: 'gone', state: 'deleted' }),
    manifest({ documentId: 'kept for ever', source: 'wiki' }),
  ];
  await index.write(manifests.map((each) => ({ manifest: each, chunks: [] })));
  await index.advanceWatermark(new Map());
  const ports = {
    log,
    index,
    sources: readSources('{"tickets":{"retentionDays":90}}'),
    logger: createLogger({ name: 'test', level: 'silent' }),
    now: () => new Date('2026-06-29T00:00:00Z'),
  };
  assert.equal(await purge(ports, new AbortController().signal), 2);
  const events = (await Array.fromAsync(log.read(DOCUMENTS_TOPIC))).map(decodeDocumentEvent);
  assert.deepEqual(
    events
      .map(({ type, data: { tenant, documentId, version } }) => [type, tenant, documentId, version])
      .sort(),
    [
      ['freshet.document.deleted.v1', 'acme', 'old', 7],
      ['freshet.document.deleted.v1', 'other', 'old too', 8],
    ],
  );
  const revised = manifest({ documentId: 'old', version: 8, changedAt: '2026-06-28T00:00:00Z' });
  await index.write([{ manifest: revised, chunks: [] }]);
  const deletion = manifest({ documentId: 'old', version: 7, state: 'deleted' });
  assert.deepEqual(
    await index.write([{ manifest: deletion, chunks: [] }]),
    ['stale'],
    'a later revision stays',
  );
});

test('chunks that a broken write left are looked for beside documents that were written an hour ago', async () => {
  const asked: Date[] = [];
  const index = {
    removeLeftovers: async (before: Date) => {
      asked.push(before);
      return 3;
    },
  };
  const now = () => new Date('2026-04-01T12:00:00Z');
  const logger = createLogger({ name: 'test', level: 'silent' });
  assert.equal(await sweep({ index, logger, now }), 3);
  assert.deepEqual(asked, [new Date('2026-04-01T11:00:00Z')]);
});
