import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateTokens } from '../../../generation/prompt/estimate-tokens.ts';

test('tokens are estimated by the script, rather too many than too few', () => {
  assert.equal(estimateTokens(''), 0);
  // Counts of tokenizers with 100,000 tokens: about 10, 8 and 13.
  for (const [text, atLeast, atMost] of [
    ['Snapshots are kept for thirty days by default.', 10, 20],
    ['快照默认保存三十天。', 8, 16],
    ['Снимки хранятся тридцать дней.', 9, 24],
    ['{"a":1,"b":[2,3]}', 8, 17],
  ] as const) {
    const tokens = estimateTokens(text);
    assert.ok(tokens >= atLeast && tokens <= atMost, `${text}: ${tokens}`);
  }
});
