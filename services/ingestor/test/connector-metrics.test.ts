import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '@freshet/shared/metrics';
import { createConnectorMetrics } from '../connector-metrics.ts';

test('the lag of notices is told as the log has it, and absent while the log cannot say', async () => {
  const registry = new Registry();
  let readLag = async () => 7;
  createConnectorMetrics(registry, { connectors: ['wiki'], readLag: () => readLag() });
  assert.match(await registry.metrics(), /^freshet_connector_lag 7$/m);
  readLag = async () => {
    throw new Error('down');
  };
  assert.doesNotMatch(await registry.metrics(), /^freshet_connector_lag \d/m);
  readLag = async () => 0;
  assert.match(await registry.metrics(), /^freshet_connector_lag 0$/m);
});

test('each connector of the configuration is counted from zero on', async () => {
  const registry = new Registry();
  createConnectorMetrics(registry, { connectors: ['wiki'], readLag: async () => 0 });
  const text = await registry.metrics();
  for (const outcome of ['upserted', 'deleted', 'refused']) {
    assert.ok(text.includes(`freshet_connector_changes_total{connector="wiki",outcome="${outcome}"} 0`));
  }
});
