import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { loadConfig } from '@freshet/shared/config';
import { DELETED, UPSERTED } from '@freshet/shared/contracts';
import {
  DEAD_LETTER_TOPIC,
  DOCUMENTS_TOPIC,
  decodeDocumentEvent,
  type EventRecord,
  encodeDocumentEvent,
} from '@freshet/shared/document-events';
import { Type } from 'typebox';
import { freshet } from './run-cli.ts';

const changedAt = '2026-01-01T00:00:00Z';
const name = { tenant: 'default', source: 'wiki', documentId: 'ä/1' };

function upsert(version: number): EventRecord {
  const data = {
    ...name,
    version,
    mediaType: 'text/plain' as const,
    content: 'half a \u001b[2Jfile',
    changedAt,
  };
  return encodeDocumentEvent({ type: UPSERTED, data }, { traceparent: 'kept' });
}

function letter(id: string, record: EventRecord, more: Record<string, string> = {}): EventRecord {
  const told = {
    id,
    origin: '0:1',
    code: 'FRESHET_CONTENT_EMPTY',
    detail: 'No text.',
    attempts: '1',
    time: changedAt,
  };
  const headers = Object.entries({ ...told, ...more }).map(([key, value]) => [`freshet-dlq-${key}`, value]);
  return { ...record, headers: { ...record.headers, ...Object.fromEntries(headers) } };
}

async function openLog(t: TestContext, letters: EventRecord[]) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-dlq-'));
  const config = loadConfig(Type.Object(eventLogConfig), { DATA_DIR: folder });
  const log = await openEventLog(config, { name: 'test' });
  await log.append(DEAD_LETTER_TOPIC, letters);
  t.after(async () => {
    await log.close();
    await rm(folder, { recursive: true });
  });
  const run = (...args: string[]) => freshet(['dlq', ...args], { DATA_DIR: folder });
  const list = async (...args: string[]) => {
    const { out } = await run('list', '--json', ...args);
    return out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { id: string; state: string });
  };
  return { log, run, list };
}

test('a dead letter is listed once, shown as it came, replayed with its version, and then no longer open', async (t) => {
  const record = upsert(7);
  const { log, run, list } = await openLog(t, [
    letter('0:1:5', record),
    letter('0:1:5', record),
    letter('0:2:6', upsert(8), { code: 'FRESHET_EVENT_INVALID' }),
  ]);
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    ['0:1:5', '0:2:6'],
  );
  assert.deepEqual(
    (await list('--code', 'FRESHET_EVENT_INVALID')).map(({ id }) => id),
    ['0:2:6'],
  );

  const shown = await run('show', '0:1:5');
  assert.match(shown.out, /^code: FRESHET_CONTENT_EMPTY$/m);
  assert.ok(!shown.out.includes('\u001b'), 'what a document holds does not steer the terminal');

  assert.equal((await run('replay', '0:1:5')).out, '1 replayed\n');
  const [replayed, ...others] = await Array.fromAsync(log.read(DOCUMENTS_TOPIC));
  assert.deepEqual([replayed?.key, replayed?.headers, others], [record.key, record.headers, []]);
  assert.deepEqual(replayed?.value, record.value);

  assert.deepEqual(await list(), [{ ...(await list())[0], id: '0:2:6' }]);
  assert.equal((await run('drop', '--all')).out, '1 dropped\n');
  assert.deepEqual(await list(), []);
  assert.deepEqual(
    (await list('--all')).map(({ id, state }) => [id, state]),
    [
      ['0:1:5', 'replayed'],
      ['0:2:6', 'dropped'],
    ],
  );
});

test('a replayed null value deletes at the time that its record had', async (t) => {
  const tombstone = { key: 'default/wiki/a', value: null, headers: {} };
  const { log, run } = await openLog(t, [letter('3:9:1700000000000', tombstone)]);
  await run('replay', '--all');
  const [replayed] = await Array.fromAsync(log.read(DOCUMENTS_TOPIC));
  const event = decodeDocumentEvent(replayed ?? assert.fail('nothing was replayed'));
  assert.deepEqual([event.type, event.data.version], [DELETED, 1_700_000_000_000_000]);
});

test('what cannot be done is said, and what can is done', async (t) => {
  const lost = letter('0:3:7', { ...upsert(1), value: null }, { 'value-bytes': '2000000' });
  const { log, run, list } = await openLog(t, [lost, letter('0:4:8', upsert(2))]);
  const partly = await run('replay', '--all');
  assert.equal(partly.code, 3);
  assert.match(partly.error, /0:3:7 was too large to be kept \(2000000 bytes\)/);
  assert.equal((await Array.fromAsync(log.read(DOCUMENTS_TOPIC))).length, 1);
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    ['0:3:7'],
  );
  for (const args of [[], ['burn'], ['show'], ['show', '9:9:9'], ['replay'], ['drop', '9:9:9']]) {
    const { code, error } = await run(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(error, /^freshet: /);
  }
});

test('a log without dead letters has none', async (t) => {
  const { run } = await openLog(t, []);
  assert.equal((await run('list')).out, '0 dead letters\n');
});
