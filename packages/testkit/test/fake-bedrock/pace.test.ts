import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from '../../fake-bedrock/pace.ts';

test('without spread, tokens are due at the configured times', () => {
  const due = createPace({ firstTokenMs: 620, betweenTokensMs: 5 }).schedule();
  assert.deepEqual([due(), due(), due()], [620, 625, 630]);
});

test('the same seed gives the same times, another seed others', () => {
  const times = (seed: number) => {
    const pace = createPace({ firstTokenMs: 620, betweenTokensMs: 5, spread: 0.3, seed });
    return Array.from({ length: 20 }, () => pace.schedule()());
  };
  assert.deepEqual(times(7), times(7));
  assert.notDeepEqual(times(7), times(8));
});

test('half of the log-normal times lie below the configured one; uniform ones stay within their share', () => {
  const first = (distribution: 'log-normal' | 'uniform') => {
    const pace = createPace({ firstTokenMs: 100, spread: 0.2, distribution });
    return Array.from({ length: 2000 }, () => pace.schedule()());
  };
  const below = first('log-normal').filter((ms) => ms < 100).length;
  assert.ok(below > 900 && below < 1100, `${below} of 2000`);
  const uniform = first('uniform');
  assert.ok(Math.min(...uniform) >= 80 && Math.max(...uniform) <= 120);
});
