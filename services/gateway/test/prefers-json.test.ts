import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefersJson } from '../prefers-json.ts';

test('a stream unless JSON is asked for with the greater quality', () => {
  for (const accept of [
    undefined,
    '*/*',
    'text/event-stream',
    'text/*',
    'text/event-stream, application/json',
    'application/json;q=0.5, */*',
  ]) {
    assert.equal(prefersJson(accept), false, String(accept));
  }
  for (const accept of [
    'application/json',
    'application/*',
    'Application/JSON, text/event-stream;q=0.9',
    'application/json, text/event-stream;q=0',
  ]) {
    assert.equal(prefersJson(accept), true, accept);
  }
});

test('neither of the two is refused', () => {
  for (const accept of ['image/png', 'application/json;q=0', '*/*;q=0']) {
    assert.throws(() => prefersJson(accept), { code: 'FRESHET_NOT_ACCEPTABLE' }, accept);
  }
});
