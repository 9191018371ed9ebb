import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { until } from '@freshet/testkit/until';
import { startValkey } from '@freshet/testkit/valkey';
import { openValkeyState } from '../valkey.ts';
import { sharedStateContract } from './contract.ts';

const valkey = await startValkey({ isDedicated: true });
after(() => valkey.stop());

function open(t: TestContext, prefix = uniquePrefix()) {
  const state = openValkeyState({ url: valkey.url, prefix });
  t.after(() => state.close());
  return state;
}

sharedStateContract(async (t) => open(t));

test('what one process remembers, all others know', async (t) => {
  const prefix = uniquePrefix();
  const [one, two] = [open(t, prefix), open(t, prefix)];
  await one.remember('key', 'of one', 60_000);
  assert.equal(await two.remember('key', 'of two', 60_000), 'of one');
});

test('while the server is away calls are refused, and afterwards they go on by themselves', async (t) => {
  const state = open(t);
  await state.remember('before', 'kept', 60_000);
  await valkey.kill();
  await assert.rejects(state.remember('during', 'x', 60_000), { code: 'FRESHET_DEPENDENCY_UNAVAILABLE' });
  await valkey.start();
  await until(async () => assert.equal(await state.remember('before', 'new', 60_000), 'kept'), {
    timeoutMs: 30_000,
    everyMs: 50,
  });
});
