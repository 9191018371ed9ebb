import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshet } from '@freshet/cli/test/run-cli';
import { startFakeS3 } from '@freshet/testkit/fake-s3';
import { startFleet } from './fleet.ts';

const { signal } = new AbortController();

test('a bucket is read page by page, and then only what changed; large objects are fetched by the ingestor', async (t) => {
  const s3 = await startFakeS3({ pageSize: 2 });
  t.after(() => s3.close());
  const aws = { S3_ENDPOINT: s3.url, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  // The client in the ingestor finds them where that of AWS does.
  Object.assign(process.env, aws);
  const fleet = await startFleet(t, { env: { S3_ENDPOINT: s3.url, CONTENT_S3_BUCKETS: 'docs' } });
  const sync = async (...options: string[]) => {
    const args = ['ingest', 's3://docs/guide/', '--source', 'docs', '--sync', '--json', ...options];
    const { out, error, code } = await freshet(args, { ...aws, FRESHET_URL: fleet.url });
    return { code, error, report: out === '' ? undefined : JSON.parse(out) };
  };
  const list = async () =>
    (await Array.fromAsync(fleet.client.list('docs', signal))).map(({ documentId }) => documentId);
  const gets = () => s3.requests.filter((request) => /^GET \/docs\/guide/.test(request)).length;
  const time = new Date('2026-02-03T04:05:06Z');
  s3.put('docs', 'guide/a b+ä.md', 'The spring tide peaks at noon.', time);
  s3.put('docs', 'guide/large.txt', `Herrings swim in shoals.\n${'Ebb and flow. '.repeat(60_000)}`, time);
  for (const name of ['c', 'd', 'e']) s3.put('docs', `guide/${name}.txt`, `words of ${name}`, time);
  s3.put('docs', 'guide/r.jsonl', '{"id":1,"text":"one"}\n', time);
  s3.put('docs', 'guide/', '', time);
  s3.put('docs', 'elsewhere.txt', 'not below the prefix', time);

  const first = await sync();
  assert.equal(first.code, 0, first.error);
  assert.deepEqual([first.report.sent, first.report.indexed], [6, 6]);
  const { passages } = await fleet.client.search({ query: 'herrings shoals' }, signal);
  assert.equal(passages[0]?.documentId, 'guide/large.txt');
  const manifest = await fleet.client.manifest('docs', 'guide/a b+ä.md', signal);
  assert.equal(manifest?.changedAt, time.toISOString());
  assert.equal(manifest?.uri, 's3://docs/guide/a%20b%2B%C3%A4.md');
  assert.match(String(manifest?.attributes['etag']), /^[0-9a-f]{32}$/);

  const asked = gets();
  const second = await sync();
  assert.deepEqual([second.code, second.report.sent, second.report.sync.unchanged], [0, 0, 6], second.error);
  assert.equal(gets() - asked, 1, 'of what is unchanged records alone are read');

  s3.put('docs', 'guide/large.txt', `Herrings swim alone.\n${'Ebb and flow. '.repeat(60_000)}`);
  s3.remove('docs', 'guide/d.txt');
  s3.put('docs', 'guide/e.txt', '   ');
  const third = await sync();
  assert.deepEqual([third.code, third.report.sent], [3, 1], third.error);
  assert.deepEqual(third.report.sync, { unchanged: 3, deleted: 1 });
  assert.ok(!(await list()).includes('guide/d.txt'));
  assert.ok((await list()).includes('guide/e.txt'));

  s3.failNext(20, 503);
  const down = await sync();
  assert.equal(down.code, 1);
  assert.match(down.error, /FRESHET_SOURCE_UNAVAILABLE/);
  assert.equal((await list()).length, 5);
});
