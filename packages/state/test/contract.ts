import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { until } from '@freshet/testkit/until';
import type { SharedState } from '../index.ts';

/** What every adapter of the port has to keep. `open` gives a state without keys; twice with one test, the same. */
export function sharedStateContract(open: (t: TestContext) => Promise<SharedState>): void {
  const minute = 60_000;

  test('the first value of a key stays, whatever is said after it', async (t) => {
    const state = await open(t);
    assert.equal(await state.remember('a', 'first 😀\0', minute), 'first 😀\0');
    assert.equal(await state.remember('a', 'second', minute), 'first 😀\0');
    assert.equal(await state.remember('b', 'other', minute), 'other');
  });

  test('of many at once all get the same value', async (t) => {
    const state = await open(t);
    const values = await Promise.all(
      Array.from({ length: 50 }, (_, i) => state.remember('contended', String(i), minute)),
    );
    assert.equal(new Set(values).size, 1);
  });

  test('a key is forgotten after its time', async (t) => {
    const state = await open(t);
    await state.remember('short', 'old', 1);
    await until(async () => assert.equal(await state.remember('short', 'new', minute), 'new'), {
      timeoutMs: 10_000,
      everyMs: 5,
    });
  });
}
