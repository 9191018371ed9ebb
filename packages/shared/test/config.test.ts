import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { commonConfig, internalTokenConfig, loadConfig } from '../config.ts';
import { FreshetError } from '../errors.ts';

const schema = Type.Object({ ...commonConfig, ...internalTokenConfig, RATE: Type.Number({ default: 0.5 }) });
const secret = 's'.repeat(32);

test('defaults and types come from the schema, and foreign variables stay out', () => {
  assert.deepEqual(
    loadConfig(schema, { INTERNAL_TOKEN_SECRET: secret, SHUTDOWN_TIMEOUT_MS: '250', PATH: '/bin' }),
    {
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      SHUTDOWN_TIMEOUT_MS: 250,
      TRACE_PROPAGATION: 'w3c',
      TELEMETRY_CONTENT: false,
      INTERNAL_TOKEN_SECRET: secret,
      RATE: 0.5,
    },
  );
});

test('an empty variable is one that was not set', () => {
  const config = loadConfig(schema, { INTERNAL_TOKEN_SECRET: secret, LOG_LEVEL: '', RATE: '', HOST: '' });
  assert.deepEqual([config.LOG_LEVEL, config.RATE, config.HOST], ['info', 0.5, '127.0.0.1']);
  assert.throws(() => loadConfig(schema, { INTERNAL_TOKEN_SECRET: '' }), /INTERNAL_TOKEN_SECRET is required/);
});

test('every wrong variable is named, and never its value', () => {
  const env = {
    INTERNAL_TOKEN_SECRET: 'hunter2',
    SHUTDOWN_TIMEOUT_MS: '-77',
    LOG_LEVEL: 'shouting',
    RATE: 'ninety',
  };
  assert.throws(
    () => loadConfig(schema, env),
    (error) => {
      assert.ok(error instanceof FreshetError);
      assert.equal(error.code, 'FRESHET_CONFIG_INVALID');
      for (const name of Object.keys(env)) assert.match(error.message, new RegExp(`${name} must `));
      for (const value of Object.values(env)) assert.doesNotMatch(error.message, new RegExp(value));
      assert.match(error.message, /LOG_LEVEL must be fatal or error or warn/);
      return true;
    },
  );
});

test('the process environment is not read when another is given', (t) => {
  process.env['RATE'] = '0.9';
  t.after(() => delete process.env['RATE']);
  assert.equal(loadConfig(schema, { INTERNAL_TOKEN_SECRET: secret }).RATE, 0.5);
});
