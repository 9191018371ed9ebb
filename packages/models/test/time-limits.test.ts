import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { limitStream, withTimeLimit } from '../time-limits.ts';

const limits = { firstTokenTimeoutMs: 1000, betweenTokensTimeoutMs: 100 };
const never = new AbortController().signal;

function freeze(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return t.mock.timers;
}

const settle = () => new Promise(setImmediate);

test('the first part has its own limit, further parts another', async (t) => {
  const timers = freeze(t);
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  async function* source() {
    for (const { promise } of gates) yield await promise;
    await new Promise(() => {});
  }
  const parts = limitStream(source, { ...limits, signal: never });
  const first = parts.next();
  timers.tick(999);
  gates[0]!.resolve('a');
  assert.equal((await first).value, 'a');
  const second = parts.next();
  await settle();
  timers.tick(99);
  gates[1]!.resolve('b');
  assert.equal((await second).value, 'b');
  const third = parts.next();
  await settle();
  timers.tick(100);
  await assert.rejects(third, { code: 'FRESHET_MODEL_TIMEOUT', message: /no further token within 100 ms/ });
});

test('time that the reader takes does not count', async (t) => {
  const timers = freeze(t);
  async function* source() {
    yield 'a';
    yield 'b';
  }
  const parts = limitStream(source, { ...limits, signal: never });
  await parts.next();
  timers.tick(1_000_000);
  assert.equal((await parts.next()).value, 'b');
  assert.equal((await parts.next()).done, true);
});

test('the source is told of a limit, of an abort, and of a reader that stops', async (t) => {
  const timers = freeze(t);
  const reason = new Error('gone');
  const seen: AbortSignal[] = [];
  async function* source(signal: AbortSignal) {
    seen.push(signal);
    yield 'a';
    await new Promise(() => {});
  }
  const late = limitStream(source, { ...limits, signal: never });
  await late.next();
  const waiting = late.next();
  await settle();
  timers.tick(100);
  await assert.rejects(waiting, { code: 'FRESHET_MODEL_TIMEOUT' });

  const gone = new AbortController();
  const aborted = limitStream(source, { ...limits, signal: gone.signal });
  await aborted.next();
  const next = aborted.next();
  gone.abort(reason);
  await assert.rejects(next, reason);

  const stopped = limitStream(source, { ...limits, signal: never });
  await stopped.next();
  await stopped.return(undefined);
  assert.deepEqual(
    seen.map((signal) => signal.aborted),
    [true, true, true],
  );
});

test('a call that does not look at its signal is left behind all the same', async (t) => {
  const timers = freeze(t);
  const call = withTimeLimit(() => new Promise(() => {}), { timeoutMs: 50 });
  timers.tick(50);
  await assert.rejects(call, { code: 'FRESHET_MODEL_TIMEOUT' });
  const gone = new AbortController();
  const reason = new Error('gone');
  const second = withTimeLimit(() => new Promise(() => {}), { timeoutMs: 50, signal: gone.signal });
  gone.abort(reason);
  await assert.rejects(second, reason);
});
