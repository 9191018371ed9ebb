import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costUsd, parseModelPrices } from '../model-prices.ts';

test('prices are for a million tokens', () => {
  const prices = parseModelPrices('{"small":{"inputPerMTok":0.1,"outputPerMTok":0.2}}');
  assert.equal(costUsd({ inputTokens: 3, outputTokens: 0 }, prices.get('small')!), 3e-7);
  assert.equal(costUsd({ inputTokens: 1_000_000, outputTokens: 2_000_000 }, prices.get('small')!), 0.5);
  assert.equal(prices.get('other'), undefined);
});

for (const json of ['{', '[]', '{"a":{"inputPerMTok":-1,"outputPerMTok":1}}', '{"a":{"inputPerMTok":1}}']) {
  test(`a table that cannot be read is refused: ${json}`, () => {
    assert.throws(() => parseModelPrices(json), { code: 'FRESHET_CONFIG_INVALID', message: /^MODEL_PRICES/ });
  });
}
