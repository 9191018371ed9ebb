import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, errorFromCode, FreshetError } from '../errors.ts';

test('a code that came over the wire is its error again, and a foreign one is internal', () => {
  assert.equal(errorFromCode('FRESHET_OVERLOADED', { detail: 'Later.' }).message, 'Later.');
  for (const foreign of ['', 'NO_SUCH', 'constructor', 'toString', '__proto__']) {
    assert.equal(errorFromCode(foreign).code, 'FRESHET_INTERNAL');
  }
});

test('only a failure of ours can be retried', () => {
  for (const [code, { status, isRetryable, title, detail }] of Object.entries(catalogue)) {
    if (isRetryable) assert.ok(status === 503 || status === 504, code);
    assert.ok(title.length > 0 && detail.endsWith('.'), code);
  }
});

test('an error says what to do and keeps its cause', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', { cause });
  assert.equal(error.cause, cause);
  assert.equal(error.message, catalogue.FRESHET_DEPENDENCY_UNAVAILABLE.detail);
});
