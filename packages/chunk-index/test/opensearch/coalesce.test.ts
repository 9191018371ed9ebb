import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coalesce } from '../../opensearch/coalesce.ts';

/** A call that is answered when the test says so. */
function steered() {
  const calls: { items: string[]; answer(): void; fail(): void }[] = [];
  const run = (items: string[]) =>
    new Promise<string[]>((resolve, reject) => {
      calls.push({
        items,
        answer: () => resolve(items.map((item) => item.toUpperCase())),
        fail: () => reject(new Error('failed')),
      });
    });
  return { calls, run };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is asked for at once is one call, and what comes meanwhile the next', async () => {
  const { calls, run } = steered();
  const ask = coalesce(run);
  const first = [ask('a'), ask('b')];
  await turn();
  const second = [ask('c'), ask('d')];
  await turn();
  assert.deepEqual(
    calls.map(({ items }) => items),
    [['a', 'b']],
  );
  calls[0]?.answer();
  assert.deepEqual(await Promise.all(first), ['A', 'B']);
  await turn();
  calls[1]?.answer();
  assert.deepEqual(await Promise.all(second), ['C', 'D']);
  assert.equal(calls.length, 2);
});

test('items of one key come in order, in calls of their own', async () => {
  const { calls, run } = steered();
  const ask = coalesce(run, { keyOf: (item) => item.charAt(0) });
  const all = Promise.all(['a1', 'b1', 'a2', 'b2', 'a3'].map(ask));
  for (let i = 0; i < 3; i += 1) {
    await turn();
    calls[i]?.answer();
  }
  assert.deepEqual(
    calls.map(({ items }) => items),
    [['a1', 'b1'], ['a2', 'b2'], ['a3']],
  );
  assert.deepEqual(await all, ['A1', 'B1', 'A2', 'B2', 'A3']);
});

test('a failure is told to those whose call it was, and the next call is made all the same', async () => {
  const { calls, run } = steered();
  const ask = coalesce(run, { most: 1 });
  const [first, second] = [ask('a'), ask('b')];
  await turn();
  calls[0]?.fail();
  await assert.rejects(first, { message: 'failed' });
  await turn();
  calls[1]?.answer();
  assert.equal(await second, 'B');
});

test('no more calls run at once than allowed', async () => {
  const { calls, run } = steered();
  const ask = coalesce(run, { most: 1, concurrency: 2 });
  const all: Promise<string>[] = [];
  for (const item of ['a', 'b', 'c']) {
    all.push(ask(item));
    await turn();
  }
  assert.equal(calls.length, 2);
  for (let i = 0; i < 3; i += 1) {
    calls[i]?.answer();
    await turn();
  }
  assert.deepEqual(await Promise.all(all), ['A', 'B', 'C']);
});

test('a call waits for its time after the beginning of the one before, and takes what comes meanwhile along', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  const { calls, run } = steered();
  const ask = coalesce(run, { everyMs: 250 });
  const first = ask('a');
  await turn();
  assert.equal(calls.length, 1);
  calls[0]?.answer();
  assert.equal(await first, 'A');
  now += 100;
  const second = ask('b');
  await turn();
  const third = ask('c');
  assert.equal(calls.length, 1);
  now += 150;
  t.mock.timers.tick(150);
  await turn();
  assert.deepEqual(calls[1]?.items, ['b', 'c']);
  calls[1]?.answer();
  assert.deepEqual(await Promise.all([second, third]), ['B', 'C']);
});
