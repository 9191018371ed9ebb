import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freshet } from '@freshet/cli/test/run-cli';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { loadConfig } from '@freshet/shared/config';
import { startFakeS3 } from '@freshet/testkit/fake-s3';
import { startFakeSqs } from '@freshet/testkit/fake-sqs';
import { startKafka } from '@freshet/testkit/kafka';
import { eventBridge, notification, sns } from '@freshet/testkit/s3-messages';
import { seededRandom } from '@freshet/testkit/seeded-random';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { until } from '@freshet/testkit/until';
import { Type } from 'typebox';
import { startFleet } from './fleet.ts';
import { scrape } from './scrape.ts';

const { signal } = new AbortController();
const SOON = { timeoutMs: 30_000, everyMs: 50 };
const TIME = new Date('2026-02-03T04:05:06Z');

interface Settings {
  variables?: Record<string, string>;
  connector?: Record<string, unknown>;
  maxReceives?: number;
}

async function start(t: TestContext, { variables = {}, connector = {}, maxReceives }: Settings = {}) {
  const s3 = await startFakeS3({ pageSize: 2 });
  const sqs = await startFakeSqs(maxReceives === undefined ? {} : { maxReceives });
  const folder = await mkdtemp(join(tmpdir(), 'freshet-s3-'));
  t.after(async () => {
    await Promise.all([s3.close(), sqs.close()]);
    await rm(folder, { recursive: true });
  });
  const file = join(folder, 'connectors.json');
  const guide = {
    name: 'guide',
    type: 's3',
    tenant: 'default',
    source: 'guide',
    bucket: 'docs',
    prefix: 'guide/',
  };
  await writeFile(file, JSON.stringify([{ ...guide, queueUrl: sqs.queueUrl('docs'), ...connector }]));
  const aws = { S3_ENDPOINT: s3.url, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  // The clients in the ingestor find them where those of AWS do.
  Object.assign(process.env, aws);
  const env = { ...variables, S3_ENDPOINT: s3.url, CONTENT_S3_BUCKETS: 'docs/guide/', CONNECTORS_FILE: file };
  const fleet = await startFleet(t, { env });
  const put = (key: string, body: string) => s3.put('docs', key, body, TIME);
  const tell = (message: string) => sqs.send('docs', message);
  const list = async () =>
    (await Array.fromAsync(fleet.client.list('guide', signal))).map(({ documentId }) => documentId);
  const becomes = (ids: string[]) => until(async () => assert.deepEqual(await list(), ids), SOON);
  const cli = async (...args: string[]) => {
    const { out, error, code } = await freshet(args, { ...aws, FRESHET_URL: fleet.url });
    return { code, error, report: out === '' ? undefined : JSON.parse(out) };
  };
  const sync = () => cli('ingest', 's3://docs/guide/', '--source', 'guide', '--sync', '--json');
  return { s3, sqs, fleet, file, put, tell, list, becomes, cli, sync };
}

const created = (key: string) => notification('ObjectCreated:Put', key);

test('an object is found after its notice and gone after the next, as freshet ingest would have it', async (t) => {
  const { s3, sqs, fleet, file, put, tell, becomes, cli, sync } = await start(t);
  put('guide/a b+ä.md', 'The spring tide peaks at noon.');
  put('guide/large.txt', `Herrings swim in shoals.\n${'Ebb and flow. '.repeat(60_000)}`);
  put('guide/r.jsonl', '{"id":1,"text":"one"}\n{"id":2,"text":"two"}\nnot json\n');
  put('guide/empty.md', '  ');
  put('elsewhere.md', 'not below the prefix');
  tell(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'docs' }));
  tell(created('guide/a b+ä.md'));
  tell(eventBridge('Object Created', 'guide/large.txt'));
  tell(sns(created('guide/r.jsonl')));
  tell(created('guide/empty.md'));
  tell(created('elsewhere.md'));
  tell(notification('ObjectCreated:Put', 'guide/a.md', 'another-bucket'));
  const all = ['guide/a b+ä.md', 'guide/large.txt', 'guide/r.jsonl#1', 'guide/r.jsonl#2'];
  await becomes(all);
  await until(async () => assert.deepEqual(sqs.bodies('docs'), []), SOON);
  const manifest = await fleet.client.manifest('guide', 'guide/a b+ä.md', signal);
  assert.equal(manifest?.uri, 's3://docs/guide/a%20b%2B%C3%A4.md');
  assert.equal(manifest?.changedAt, TIME.toISOString());
  for (const code of ['FRESHET_CONTENT_EMPTY', 'FRESHET_CONTENT_UNREADABLE']) {
    assert.ok(
      fleet.logged.some((line) => line.includes(code)),
      code,
    );
  }
  assert.match(await scrape(fleet), /freshet_connector_messages_total\{[^}]*outcome="ignored"[^}]*\} 3/);

  // The two ways agree: nothing is left to send.
  const again = await sync();
  assert.deepEqual([again.report.sent, again.report.sync], [0, { unchanged: 4, deleted: 0 }], again.error);

  put('guide/r.jsonl', '{"id":2,"text":"two"}\n');
  s3.remove('docs', 'guide/large.txt');
  tell(created('guide/r.jsonl'));
  tell(eventBridge('Object Deleted', 'guide/large.txt'));
  await becomes(['guide/a b+ä.md', 'guide/r.jsonl#2']);
  s3.remove('docs', 'guide/r.jsonl');
  tell(notification('LifecycleExpiration:DeleteMarkerCreated', 'guide/r.jsonl'));
  await becomes(['guide/a b+ä.md']);

  put('guide/late.md', 'The neap tide.');
  const backfill = await cli('backfill', 'guide', '--connectors', file, '--json');
  // The empty object is there, though it gives no document.
  assert.equal(backfill.report.total, 3, backfill.error);
  await becomes(['guide/a b+ä.md', 'guide/late.md']);
});

test('notices that come twice, late or in any order, beside runs of freshet ingest, end where the bucket does', async (t) => {
  const { s3, sqs, fleet, put, tell, list, sync } = await start(t);
  const random = seededRandom(7);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const keys = ['guide/a.md', 'guide/b.md', 'guide/c.md'];
  const told: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    const key = pick(keys);
    if (random() < 0.3) {
      s3.remove('docs', key);
      told.push(notification('ObjectRemoved:Delete', key));
    } else {
      put(key, `text number ${step}`);
      told.push(created(key));
    }
    // Some of what was told so far, again or for the first time.
    if (random() < 0.7) tell(pick(told));
    if (step % 20 === 10) await sync();
  }
  for (const message of told.toReversed()) tell(message);
  await until(async () => assert.deepEqual(sqs.bodies('docs'), []), SOON);
  const held = keys.filter((key) => s3.text('docs', key) !== undefined);
  await until(async () => {
    assert.deepEqual(await list(), held);
    for (const key of held) {
      const query = s3.text('docs', key) as string;
      const manifest = await fleet.client.manifest('guide', key, signal);
      assert.equal(manifest?.attributes['etag'], s3.etag('docs', key));
      const { passages } = await fleet.client.search({ query }, signal);
      assert.ok(passages.some(({ documentId, text }) => documentId === key && text.includes(query)));
    }
  }, SOON);
  const again = await sync();
  assert.deepEqual([again.report.sent, again.report.sync.deleted], [0, 0]);
});

test('a message that cannot be read is named, counted, and ends where the redrive policy puts it', async (t) => {
  const { sqs, fleet, put, tell, becomes } = await start(t, { maxReceives: 2 });
  put('guide/a.md', 'The tide turns.');
  tell('{"Records":[{');
  tell(created('guide/a.md'));
  await becomes(['guide/a.md']);
  await until(async () => {
    sqs.advance(60_000);
    assert.deepEqual(sqs.deadLetters('docs'), ['{"Records":[{']);
  }, SOON);
  assert.deepEqual(sqs.bodies('docs'), []);
  const refused = fleet.logged.filter((line) => line.includes('redrive policy'));
  assert.equal(refused.length, 2);
  assert.ok(refused.every((line) => line.includes('FRESHET_EVENT_INVALID')));
  assert.match(await scrape(fleet), /freshet_connector_messages_total\{[^}]*outcome="unreadable"[^}]*\} 2/);
});

test('a bucket that does not answer, or refuses, loses no notice and deletes nothing', async (t) => {
  const { s3, fleet, put, tell, becomes, list } = await start(t);
  put('guide/a.md', 'The tide turns.');
  tell(created('guide/a.md'));
  await becomes(['guide/a.md']);
  s3.failNext(3, 503);
  s3.failNext(1, 403);
  put('guide/b.md', 'The tide falls.');
  tell(created('guide/b.md'));
  tell(created('guide/a.md'));
  await becomes(['guide/a.md', 'guide/b.md']);
  assert.ok(fleet.logged.some((line) => line.includes('FRESHET_SOURCE_UNAVAILABLE')));
  assert.deepEqual(await list(), ['guide/a.md', 'guide/b.md']);
});

test('on Kafka both ways give notices, and what cannot be read goes to the dead letters', async (t) => {
  const kafka = await startKafka();
  t.after(() => kafka.stop());
  const variables = {
    KAFKA_BROKERS: kafka.url,
    KAFKA_TOPIC_PREFIX: uniquePrefix('s3'),
    TOPIC_PARTITIONS: '3',
  };
  const config = loadConfig(Type.Object(eventLogConfig), variables);
  const log = await openEventLog(config, { name: 'topics' });
  t.after(() => log.close());
  await applyTopics(log, config);
  const { s3, put, tell, becomes } = await start(t, { variables, connector: { topic: 's3.events' } });
  put('guide/a.md', 'The tide turns.');
  put('guide/b.md', 'The tide falls.');
  tell(created('guide/a.md'));
  await log.ensureTopic('s3.events', { partitions: 1, cleanup: 'keep' });
  const say = (text: string | null) =>
    log.append('s3.events', [{ key: 'docs', value: text === null ? null : Buffer.from(text), headers: {} }]);
  await say('hello');
  await say(null);
  await say(created('guide/b.md'));
  await becomes(['guide/a.md', 'guide/b.md']);
  s3.remove('docs', 'guide/a.md');
  await say(notification('ObjectRemoved:Delete', 'guide/a.md'));
  await becomes(['guide/b.md']);
  const dead = await Array.fromAsync(log.read('documents.dlq'));
  assert.deepEqual(
    dead.map(({ headers }) => [headers['freshet-dlq-topic'], headers['freshet-dlq-code']]),
    Array(2).fill(['s3.events', 'FRESHET_EVENT_INVALID']),
  );
});
