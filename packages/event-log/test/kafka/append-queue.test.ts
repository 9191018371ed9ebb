import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '../../index.ts';
import { createAppendQueue } from '../../kafka/append-queue.ts';
import { record } from '../contract.ts';

/** A broker of one partition, whose sends a test may hold up or fail. */
function createBroker() {
  const sends: string[][] = [];
  let end = 0;
  const broker = {
    sends,
    gate: Promise.resolve(),
    fail: (_keys: string[]): Error | undefined => undefined,
    async send(_topic: string, records: readonly LogRecord[]) {
      const keys = records.map(({ key }) => key);
      sends.push(keys);
      await broker.gate;
      const failure = broker.fail(keys);
      if (failure) throw failure;
      return records.map(() => ({ partition: 0, offset: end++ }));
    },
  };
  return broker;
}

test('appends that wait share the next send, and each gets its own positions', async () => {
  const broker = createBroker();
  const gate = Promise.withResolvers<void>();
  broker.gate = gate.promise;
  const queue = createAppendQueue(broker.send);
  const first = queue.add('t', [record('a')]);
  await new Promise(setImmediate);
  const rest = [queue.add('t', [record('b'), record('c')]), queue.add('t', [record('d')])];
  gate.resolve();
  assert.deepEqual(await Promise.all([first, ...rest]), [
    [{ partition: 0, offset: 0 }],
    [
      { partition: 0, offset: 1 },
      { partition: 0, offset: 2 },
    ],
    [{ partition: 0, offset: 3 }],
  ]);
  assert.deepEqual(broker.sends, [['a'], ['b', 'c', 'd']]);
});

test('a large append is sent in parts, a record larger than a send goes alone', async () => {
  const broker = createBroker();
  const queue = createAppendQueue(broker.send);
  const sized = (key: string, kib: number) => record(key, 'x'.repeat(kib * 1024));
  const positions = await queue.add('t', [sized('a', 500), sized('b', 500), sized('c', 2000), sized('d', 1)]);
  assert.deepEqual(broker.sends, [['a'], ['b'], ['c'], ['d']]);
  assert.deepEqual(
    positions.map(({ offset }) => offset),
    [0, 1, 2, 3],
  );
});

test('a send that fails rejects the appends that were in it, and the next goes on', async () => {
  const broker = createBroker();
  broker.fail = (keys) => (keys.includes('bad') ? new Error('refused') : undefined);
  const queue = createAppendQueue(broker.send);
  const large = record('large', 'x'.repeat(900 * 1024));
  // `never` would be the third send of its append; it is not tried once the second has failed.
  const failing = queue.add('t', [large, { ...large, key: 'bad' }, { ...large, key: 'never' }]);
  const going = queue.add('t', [record('good')]);
  await assert.rejects(failing, { message: 'refused' });
  assert.deepEqual(await going, [{ partition: 0, offset: 1 }]);
  assert.deepEqual(broker.sends, [['large'], ['bad'], ['good']]);
});

test('topics do not wait for each other, and drain waits for all', async () => {
  const broker = createBroker();
  const gate = Promise.withResolvers<void>();
  broker.gate = gate.promise;
  const queue = createAppendQueue(broker.send);
  const appends = [queue.add('one', [record('a')]), queue.add('two', [record('b')])];
  await new Promise(setImmediate);
  assert.deepEqual(broker.sends, [['a'], ['b']]);
  gate.resolve();
  await queue.drain();
  assert.equal((await Promise.all(appends)).length, 2);
  await queue.drain();
});
