import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVersionClock } from '../version-clock.ts';

test('versions grow, also when the clock stands still or goes back', () => {
  const times = [5, 5, 4, 6];
  const next = createVersionClock(() => times.shift() ?? 6);
  assert.deepEqual([next(), next(), next(), next()], [5000, 5001, 5002, 6000]);
});

test('versions are microseconds, safe as numbers', () => {
  const version = createVersionClock()();
  assert.ok(Number.isSafeInteger(version) && version > 1.7e15);
});

test('of several versions at once none is given again', () => {
  const next = createVersionClock(() => 5);
  assert.deepEqual([next(3), next(), next(2), next()], [5000, 5003, 5004, 5006]);
});
