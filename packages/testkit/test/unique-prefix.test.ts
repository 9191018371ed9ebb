import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniquePrefix } from '../unique-prefix.ts';

test('a prefix is new every time, and fits topics and indexes', () => {
  const prefixes = Array.from({ length: 100 }, () => uniquePrefix());
  assert.equal(new Set(prefixes).size, 100);
  for (const prefix of prefixes) assert.match(prefix, /^test-[0-9a-f]{12}-$/);
});
