import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { loadConfig } from '@freshet/shared/config';
import { decodeDocumentEvent } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import { createLogger } from '@freshet/shared/log';
import type { ReadResult, SourceReader } from '@freshet/sources';
import { encodeNotice } from '@freshet/sources/notices';
import { until } from '@freshet/testkit/until';
import { Type } from 'typebox';
import { openDeadLetters } from '../dead-letters.ts';
import { createNoticeHandler, NOTICES_GROUP } from '../notice-consumer.ts';

const SOON = { timeoutMs: 10_000, everyMs: 20 };

async function start(t: TestContext, read: SourceReader['read']) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-notices-'));
  const log = await openEventLog(loadConfig(Type.Object(eventLogConfig), { DATA_DIR: folder }), {
    name: 'test',
  });
  t.after(async () => {
    await log.close();
    await rm(folder, { recursive: true });
  });
  const reader: SourceReader = {
    name: 'wiki',
    tenant: 'default',
    source: 'wiki',
    read,
    async *backfill() {},
    async close() {},
  };
  const onBatch = createNoticeHandler({
    log,
    readers: new Map([['wiki', reader]]),
    deadLetters: openDeadLetters(log),
    metrics: { changes: { inc() {} } as never },
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  const consume = () => log.consume({ topic: 'documents.notices', group: NOTICES_GROUP, onBatch });
  return { log, consume };
}

function pageRead(id: string, version: number): ReadResult {
  const document = { tenant: 'default', source: 'wiki', documentId: `pages/${id}`, version };
  const changedAt = '2026-01-02T03:04:05.000Z';
  return {
    notices: [],
    changes: [
      { type: 'upserted', document: { ...document, mediaType: 'text/html', content: '<p>x</p>', changedAt } },
    ],
  };
}

const notice = (id: string) => encodeNotice({ connector: 'wiki', kind: 'page', id });

test('a batch that fails in the middle is read again, and what was written of it only becomes newer', async (t) => {
  let version = 0;
  let failures = 2;
  const { log, consume } = await start(t, async ({ id }) => {
    if (id === '2' && failures > 0) {
      failures -= 1;
      throw new FreshetError('FRESHET_SOURCE_UNAVAILABLE');
    }
    version += 1;
    return pageRead(id, version);
  });
  await log.append('documents.notices', [notice('1'), notice('2'), notice('1')]);
  await consume();
  await until(
    async () => assert.equal((await log.lag('documents.notices', NOTICES_GROUP))[0]?.committed, 3),
    SOON,
  );
  const documents = await Array.fromAsync(log.read('documents'));
  assert.equal(documents.at(-1)?.offset, 3);
  const events = documents.map((record) => decodeDocumentEvent(record).data);
  const ofFirst = events.filter(({ documentId }) => documentId === 'pages/1').map((data) => data.version);
  assert.deepEqual(
    ofFirst,
    ofFirst.toSorted((a, b) => a - b),
  );
  assert.equal(events.filter(({ documentId }) => documentId === 'pages/2').length, 1);
});

test('a notice that can never be read goes to the dead letters, and holds nothing up', async (t) => {
  const { log, consume } = await start(t, async ({ kind, id }) => {
    if (kind !== 'page') throw new FreshetError('FRESHET_EVENT_INVALID', { detail: 'no such kind' });
    return pageRead(id, 1);
  });
  await log.append('documents.notices', [
    { key: 'x', value: null, headers: {} },
    { key: 'x', value: Buffer.from('{"connector":"wiki"}'), headers: {} },
    { key: 'x', value: Buffer.from([0xff]), headers: {} },
    encodeNotice({ connector: 'gone', kind: 'page', id: '1' }),
    encodeNotice({ connector: 'wiki', kind: 'ticket', id: '1' }),
    notice('7'),
  ]);
  await consume();
  const read = (topic: string) => Array.fromAsync(log.read(topic));
  await until(async () => assert.equal((await read('documents.dlq')).length, 5), SOON);
  await until(async () => assert.equal((await read('documents')).length, 1), SOON);
  const dead = await read('documents.dlq');
  assert.ok(dead.every(({ headers }) => headers['freshet-dlq-code'] === 'FRESHET_EVENT_INVALID'));
  assert.ok(dead.every(({ headers }) => headers['freshet-dlq-topic'] === 'documents.notices'));
});
