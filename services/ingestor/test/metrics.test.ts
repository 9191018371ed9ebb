import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@freshet/shared/metrics';
import { readSources } from '@freshet/shared/sources';
import { createFreshness } from '../freshness.ts';
import { createIngestMetrics } from '../metrics.ts';

test('a log that cannot say how far it is leaves the lag out, and the scrape whole', async () => {
  const registry = new Registry();
  let lag = Promise.resolve(new Map([[0, 7]]));
  createIngestMetrics(registry, { readLag: () => lag });
  assert.match(await registry.metrics(), /freshet_ingest_lag\{partition="0"\} 7/);
  lag = Promise.reject(new Error('down'));
  lag.catch(() => {});
  const text = await registry.metrics();
  assert.doesNotMatch(text, /freshet_ingest_lag\{/);
  assert.match(text, /freshet_ingest_chunks_total 0/);
});

test('a change counts once it is searchable, also when its batch needs a second try', async () => {
  const registry = new Registry();
  const { freshness: seconds } = createIngestMetrics(registry, { readLag: async () => new Map() });
  const freshness = createFreshness(seconds, readSources('{"wiki":{"acl":{"public":true}}}'));
  const count = async () =>
    /freshness_seconds_count\{source="wiki"\} (\d+)/.exec(await registry.metrics())?.[1] ?? '0';
  freshness.begin(0, 5).add('wiki', new Date().toISOString());
  assert.equal(await count(), '0', 'written, and not searchable');
  const again = freshness.begin(0, 5);
  again.add('wiki', new Date().toISOString());
  again.becameSearchable();
  assert.equal(await count(), '2');
  freshness.begin(0, 7).becameSearchable();
  assert.equal(await count(), '2');
  freshness.begin(0, 8).add('wiki', new Date().toISOString());
  freshness.begin(0, 20).becameSearchable();
  assert.equal(await count(), '2', 'a batch that another member has taken over is not ours to count');
});

test('only sources that the operator named have a series of their own', async () => {
  const registry = new Registry();
  const { freshness: seconds } = createIngestMetrics(registry, { readLag: async () => new Map() });
  const sources = readSources('{"wiki":{"acl":{"public":true}},"*":{"acl":{"public":true}}}');
  const awaited = createFreshness(seconds, sources).begin(0, 0);
  for (const source of ['wiki', 'invented', '*']) awaited.add(source, new Date().toISOString());
  awaited.becameSearchable();
  const text = await registry.metrics();
  assert.match(text, /freshness_seconds_count\{source="wiki"\} 1/);
  assert.match(text, /freshness_seconds_count\{source="other"\} 2/);
  assert.doesNotMatch(text, /invented/);
});
