import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@freshet/shared/metrics';
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
  const freshness = createFreshness(seconds);
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

test('sources beyond the first 50 share a series', async () => {
  const registry = new Registry();
  const { freshness: seconds } = createIngestMetrics(registry, { readLag: async () => new Map() });
  const awaited = createFreshness(seconds).begin(0, 0);
  for (let i = 0; i < 60; i += 1) awaited.add(`source-${i}`, new Date().toISOString());
  awaited.becameSearchable();
  const text = await registry.metrics();
  assert.match(text, /freshness_seconds_count\{source="source-49"\} 1/);
  assert.match(text, /freshness_seconds_count\{source="other"\} 10/);
  assert.doesNotMatch(text, /source-50/);
});
