import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openChunkIndex } from '@freshet/chunk-index/open';
import type { EventLog } from '@freshet/event-log';
import { openEventLog } from '@freshet/event-log/open';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { loadConfig } from '@freshet/shared/config';
import { DEAD_LETTER_TOPIC, DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import { createLogger } from '@freshet/shared/log';
import { until } from '@freshet/testkit/until';
import { openIngestor } from '../../app.ts';
import { IngestorConfig } from '../../config.ts';

const TOPIC = 'shop.public.orders';
const SOON = { timeoutMs: 20_000, everyMs: 20 };
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const mapping = {
  tables: [
    {
      table: 'public.orders',
      topic: TOPIC,
      source: 'shop',
      idColumns: ['id'],
      body: '{{body}}',
      acl: { public: true },
    },
    { table: 'public.faqs', topic: 'shop.public.faqs', source: 'shop', idColumns: ['id'], body: '{{body}}' },
  ],
};

interface Opened {
  log: EventLog;
  /** Appends change records of a table, one append each. */
  send(
    table: string,
    ...records: { key?: string; value: unknown; headers?: Record<string, string> }[]
  ): Promise<void>;
  /** Bodies of the live documents, by id. */
  documents(): Promise<Record<string, number>>;
  metrics(): Promise<string>;
}

/** An ingestor on the embedded adapters. `wrap` may stand between it and its log. */
async function open(t: TestContext, wrap: (log: EventLog) => EventLog = (log) => log): Promise<Opened> {
  const dataDir = await mkdtemp(join(tmpdir(), 'freshet-cdc-'));
  const path = join(dataDir, 'mapping.json');
  await writeFile(path, JSON.stringify(mapping));
  const config = loadConfig(IngestorConfig, { DATA_DIR: dataDir, CDC_MAPPING_FILE: path });
  const logger = createLogger({ name: 'test', level: 'silent' });
  const embedder = createHashedEmbedder();
  const log = await openEventLog(config, { name: 'test', logger });
  const index = await openChunkIndex(config, embedder);
  const ingestor = await openIngestor({ config, logger, log: wrap(log), index, embedder });
  t.after(async () => {
    await ingestor.app.close();
    await ingestor.close();
    await log.close();
    await index.close();
    await rm(dataDir, { recursive: true });
  });
  return {
    log,
    async send(table, ...records) {
      for (const { key = 'k', value, headers = {} } of records) {
        const bytes =
          value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
        await log.append(`shop.public.${table}`, [{ key, value: bytes, headers }]);
      }
    },
    async documents() {
      const live = await Array.fromAsync(
        index.listManifests({ tenant: 'default', source: 'shop', state: 'live' }),
      );
      return Object.fromEntries(live.map(({ documentId, version }) => [documentId, version]));
    },
    metrics: async () => (await ingestor.app.inject('/metrics')).body,
  };
}

function change(op: string, id: number, lsn: number, { table = 'orders', body = `row ${id}` } = {}) {
  const row = { id, body };
  const source = { schema: 'public', table, lsn, ts_ms: 1_700_000_000_000 };
  return {
    before: op === 'd' ? row : null,
    after: op === 'd' || op === 't' ? null : row,
    source,
    op,
    ts_ms: 1,
  };
}

test('changes become documents, in the order of the changes, and carry their trace on', async (t) => {
  const { log, send, documents, metrics } = await open(t);
  const headers = { traceparent: TRACEPARENT };
  await send(
    'orders',
    { value: change('c', 1, 8) },
    { value: change('u', 1, 16, { body: 'newer' }), headers },
    { value: change('c', 2, 24) },
    { key: '{"id":2}', value: change('d', 2, 32) },
    { value: null },
  );
  await until(async () => assert.deepEqual(await documents(), { 'orders/1': 16 }), SOON);
  await until(async () => assert.match(await metrics(), /outcome="ignored"[^}]*\} 1\b/), SOON);
  const events = await Array.fromAsync(log.read(DOCUMENTS_TOPIC));
  assert.equal(events.findLast(({ key }) => key.endsWith('orders%2F1'))?.headers['traceparent'], TRACEPARENT);
  const text = await metrics();
  for (const [outcome, count] of Object.entries({ upserted: 3, deleted: 1, refused: 0, truncated: 0 })) {
    const labels = `table="public.orders",outcome="${outcome}",service="ingestor"`;
    assert.ok(text.includes(`freshet_cdc_events_total{${labels}} ${count}`), outcome);
  }
  assert.match(text, /freshet_cdc_lag\{topic="shop\.public\.orders",service="ingestor"\} 0/);
});

test('what is no change goes to the dead letters with its origin, and the partition goes on', async (t) => {
  const { log, send, documents, metrics } = await open(t);
  await send(
    'orders',
    { key: 'poison', value: 'not JSON', headers: { own: 'header' } },
    { value: change('c', 1, 8, { table: 'unknown' }) },
    { value: change('c', 2, 16) },
  );
  await until(async () => assert.deepEqual(await documents(), { 'orders/2': 16 }), SOON);
  const letters = await Array.fromAsync(log.read(DEAD_LETTER_TOPIC));
  assert.deepEqual(
    letters.map(({ headers }) => headers['freshet-dlq-code']),
    ['FRESHET_CHANGE_INVALID', 'FRESHET_CHANGE_UNMAPPED'],
  );
  const [{ key, value, headers } = assert.fail()] = letters;
  assert.deepEqual([key, value?.toString(), headers['own']], ['poison', 'not JSON', 'header']);
  assert.equal(headers['freshet-dlq-topic'], TOPIC);
  assert.equal(headers['freshet-dlq-origin'], '0:0');
  assert.match(
    await metrics(),
    /freshet_cdc_events_total\{table="other",outcome="refused",service="ingestor"\} 2/,
  );
});

test('a truncated table takes along what was appended just before, and no document of another table', async (t) => {
  const { send, documents } = await open(t);
  await send('faqs', { value: change('c', 1, 8, { table: 'faqs' }) });
  await until(async () => assert.deepEqual(Object.keys(await documents()), ['faqs/1']), SOON);
  await send(
    'orders',
    { value: change('c', 1, 8) },
    { value: change('c', 2, 16) },
    { value: change('t', 0, 24) },
    { value: change('c', 3, 32) },
  );
  await until(async () => assert.deepEqual(await documents(), { 'faqs/1': 8, 'orders/3': 32 }), SOON);
});

test('a log that fails holds the partition, and nothing is lost', async (t) => {
  let failures = 2;
  const { send, documents, metrics } = await open(t, (log) => ({
    ...log,
    append(topic, records) {
      if (topic === DOCUMENTS_TOPIC && failures-- > 0)
        throw new FreshetError('FRESHET_EVENT_LOG_UNAVAILABLE');
      return log.append(topic, records);
    },
  }));
  await send('orders', { value: change('c', 1, 8) }, { value: change('c', 2, 16) });
  await until(async () => assert.deepEqual(await documents(), { 'orders/1': 8, 'orders/2': 16 }), SOON);
  assert.match(
    await metrics(),
    /freshet_cdc_batch_failures_total\{topic="shop\.public\.orders",service="ingestor"\} 2/,
  );
});

test('a record that the log never takes goes to the dead letters, and those beside it are appended', async (t) => {
  const { log, send, documents } = await open(t, (inner) => ({
    ...inner,
    append(topic, records) {
      if (topic === DOCUMENTS_TOPIC && records.some(({ key }) => key.endsWith('2'))) {
        throw new FreshetError('FRESHET_CONTENT_TOO_LARGE');
      }
      return inner.append(topic, records);
    },
  }));
  await send(
    'orders',
    { value: change('c', 1, 8) },
    { value: change('c', 2, 16) },
    { value: change('c', 3, 24) },
  );
  await until(async () => assert.deepEqual(await documents(), { 'orders/1': 8, 'orders/3': 24 }), SOON);
  const [letter] = await Array.fromAsync(log.read(DEAD_LETTER_TOPIC));
  assert.equal(letter?.headers['freshet-dlq-code'], 'FRESHET_CONTENT_TOO_LARGE');
});

test('a mapping that is wrong, or not there, ends the start', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'freshet-cdc-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const path = join(dataDir, 'mapping.json');
  await writeFile(path, '{"tables":[{"table":"orders"}]}');
  const logger = createLogger({ name: 'test', level: 'silent' });
  for (const [file, message] of [
    [path, /\/tables\/0/],
    [join(dataDir, 'none.json'), /CDC_MAPPING_FILE.*cannot be read/],
  ] as const) {
    const config = loadConfig(IngestorConfig, { DATA_DIR: dataDir, CDC_MAPPING_FILE: file });
    const log = await openEventLog(config, { name: 'test', logger });
    const embedder = createHashedEmbedder();
    const index = await openChunkIndex(config, embedder);
    const opening = openIngestor({ config, logger, log, index, embedder });
    await assert.rejects(opening, { code: 'FRESHET_CONFIG_INVALID', message });
    await log.close();
    await index.close();
  }
});
