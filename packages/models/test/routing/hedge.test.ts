import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RoutedPart } from '../../routing/attempt.ts';
import { LOST } from '../../routing/attempt.ts';
import { hedge } from '../../routing/hedge.ts';
import { ANSWER } from '../generation/fixture.ts';
import { ask, openRouter, outcomes } from './fixture.ts';

const settle = () => new Promise(setImmediate);

/** A call whose parts a test hands out. */
function steered() {
  const begun = Promise.withResolvers<string>();
  const call = { begun, signal: undefined as AbortSignal | undefined, hasEnded: false };
  async function* open(signal: AbortSignal): AsyncGenerator<RoutedPart> {
    call.signal = signal;
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => aborted.reject(signal.reason));
    try {
      yield { type: 'delta', text: await Promise.race([begun.promise, aborted.promise]) };
      yield { type: 'delta', text: ' more' };
    } finally {
      call.hasEnded = true;
    }
  }
  return { ...call, call, open };
}

function race(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const [first, second] = [steered(), steered()];
  const gone = new AbortController();
  const seconds: string[] = [];
  const parts = hedge(first.open, {
    afterMs: 100,
    signal: gone.signal,
    openSecond: () => {
      seconds.push('opened');
      return second.open;
    },
  });
  const read = async () => {
    let text = '';
    for await (const part of parts) if (part.type === 'delta') text += part.text;
    return text;
  };
  return { first, second, gone, seconds, read, tick: (ms: number) => t.mock.timers.tick(ms) };
}

test('a call that begins in time has no other beside it', async (t) => {
  const { first, seconds, read, tick } = race(t);
  const text = read();
  tick(99);
  first.begun.resolve('A');
  assert.equal(await text, 'A more');
  tick(1_000);
  await settle();
  assert.deepEqual(seconds, []);
});

for (const winner of ['first', 'second'] as const) {
  test(`of two calls the ${winner} goes on when it begins sooner, and the other is aborted`, async (t) => {
    const { tick, read, ...calls } = race(t);
    const text = read();
    tick(100);
    await settle();
    const loser = winner === 'first' ? calls.second : calls.first;
    calls[winner].begun.resolve('A');
    assert.equal(await text, 'A more');
    assert.equal(loser.call.signal?.reason, LOST);
    await settle();
    assert.ok(loser.call.hasEnded);
  });
}

test('when one of two fails, the other is waited for; when both do, the first failure is told', async (t) => {
  const { first, second, read, tick } = race(t);
  const text = read();
  tick(100);
  await settle();
  first.begun.reject(new Error('first'));
  await settle();
  second.begun.resolve('B');
  assert.equal(await text, 'B more');
});

test('when both fail, the first failure is told', async (t) => {
  const { first, second, read, tick } = race(t);
  const text = read();
  text.catch(() => {});
  tick(100);
  await settle();
  second.begun.reject(new Error('second'));
  await settle();
  first.begun.reject(new Error('first'));
  await assert.rejects(text, /^Error: first$/);
});

test('who leaves ends both', async (t) => {
  const { first, second, gone, read, tick } = race(t);
  const text = read();
  text.catch(() => {});
  tick(100);
  await settle();
  const reason = new Error('gone');
  gone.abort(reason);
  await assert.rejects(text, reason);
  await settle();
  assert.ok(first.call.hasEnded && second.call.hasEnded);
});

test('a hedged answer counts both calls, bills the reader for one, and says who lost', async (t) => {
  const { router, fakes, sample } = await openRouter(t, {
    fast: { hedgeAfterMs: 20, hedgeRoute: 'best', breaker: { minFailures: 1, window: 1 } },
    best: {},
  });
  fakes['fast']!.failNext({ type: 'silent' });
  const routed = await ask(router);
  assert.equal(routed.text, ANSWER);
  assert.deepEqual(outcomes(routed), ['fast lost', 'best completed']);
  const [lost, won] = routed.finished!.attempts;
  assert.equal(lost?.isEstimate, true);
  assert.ok(lost!.costUsd! > 0);
  assert.equal(routed.finished?.costUsd, won?.costUsd);
  await fakes['fast']!.log.requests[0]!.ended;
  assert.equal(await sample('freshet_route_selected_total', 'route="best"', 'reason="hedge"'), 1);
  assert.equal(await sample('freshet_route_attempts_total', 'outcome="lost"'), 1);
  assert.equal(await sample('freshet_route_breaker_state', 'route="fast"'), 0, 'to lose is no failure');
  assert.equal(await sample('freshet_route_streams'), 0);
});

test('a second call goes to the same route by default, and to none that is full', async (t) => {
  const { router, fakes } = await openRouter(t, { fast: { hedgeAfterMs: 20 } });
  fakes['fast']!.failNext({ type: 'silent' });
  assert.deepEqual(outcomes(await ask(router)), ['fast lost', 'fast completed']);

  const full = await openRouter(t, {
    fast: { hedgeAfterMs: 20, maxStreams: 1, model: { firstTokenTimeoutMs: 100 } },
  });
  full.fakes['fast']!.failNext({ type: 'silent' });
  assert.deepEqual(outcomes(await ask(full.router)), [
    'fast failed FRESHET_MODEL_TIMEOUT',
    'extractive completed',
  ]);
});
