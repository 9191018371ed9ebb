import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshetError } from '@freshet/shared/errors';
import { createLogger } from '@freshet/shared/log';
import { createRegistry } from '@freshet/shared/metrics';
import { createRetrieveMetrics } from '../metrics.ts';
import { createOptionalStep } from '../optional-step.ts';

function open({ budgetMs = 10_000 } = {}) {
  const logged: string[] = [];
  const clock = { now: 0 };
  const { degraded } = createRetrieveMetrics(createRegistry('test'));
  const logger = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg) },
  });
  const step = createOptionalStep({ step: 'rerank', budgetMs, logger, degraded, now: () => clock.now });
  const count = async () => (await degraded.get()).values[0]?.value ?? 0;
  return { step, logged, clock, count };
}

const { signal } = new AbortController();
const fail = async () => {
  throw new FreshetError('FRESHET_MODEL_UNAVAILABLE');
};

test('failures give nothing, are counted, and are logged once until it works again', async () => {
  const { step, logged, count } = open();
  assert.equal(await step(fail, signal), undefined);
  assert.equal(await step(fail, signal), undefined);
  assert.equal(await step(async () => 7, signal), 7);
  assert.equal(await step(async () => 8, signal), 8);
  assert.equal(await count(), 2);
  assert.deepEqual(logged, ['optional step failed: going on without it', 'optional step works again']);
});

test('work that takes too long gives nothing, and its signal is aborted', async () => {
  const { step, count } = open({ budgetMs: 1 });
  let stopped: AbortSignal | undefined;
  const result = await step((limited) => {
    stopped = limited;
    return new Promise(() => {});
  }, signal);
  assert.equal(result, undefined);
  assert.equal(stopped?.aborted, true);
  assert.equal(await count(), 1);
});

test('after many failures in a row nothing is tried for a while, and then by one question alone', async () => {
  const { step, clock, count } = open();
  let tries = 0;
  const counted = async () => {
    tries += 1;
    return fail();
  };
  for (let asked = 0; asked < 8; asked++) await step(counted, signal);
  assert.equal(tries, 5);
  assert.equal(await count(), 8);
  clock.now = 5_000;
  await step(counted, signal);
  await step(counted, signal);
  assert.equal(tries, 6);
  clock.now = 10_000;
  assert.equal(await step(async () => 'back', signal), 'back');
  assert.equal(await step(async () => 'again', signal), 'again');
});

test('a caller who gives up is no failure of the step', async () => {
  const { step, logged, count } = open();
  const gone = new AbortController();
  const call = step(() => new Promise(() => {}), gone.signal);
  gone.abort(new Error('gone'));
  await assert.rejects(call, /gone/);
  assert.equal(await count(), 0);
  assert.deepEqual(logged, []);
});
