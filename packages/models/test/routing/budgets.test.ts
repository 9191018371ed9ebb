import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemorySpending, type Spending } from '../../routing/spending.ts';
import { ask, openRouter, outcomes } from './fixture.ts';

const DAY_MS = 86_400_000;

test('what is spent is counted by key, and forgotten with the day', async () => {
  const clock = { ms: 100 * DAY_MS };
  const spending = createMemorySpending(() => clock.ms);
  await spending.add('route:fast', 1);
  await spending.add('route:fast', 0.5);
  await spending.add('tenant:acme', 2);
  assert.equal(await spending.spent('route:fast'), 1.5);
  clock.ms += DAY_MS - 1;
  assert.equal(await spending.spent('tenant:acme'), 2);
  clock.ms += 1;
  assert.equal(await spending.spent('route:fast'), 0);
  assert.equal(await spending.spent('tenant:acme'), 0);
});

test('a route whose budget is spent gives way, until the next day', async (t) => {
  const clock = { ms: 0 };
  const { router } = await openRouter(
    t,
    { fast: { budgetUsdPerDay: 0.000_001, whenSpent: 'cheap' }, cheap: {} },
    { spending: createMemorySpending(() => clock.ms) },
  );
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
  assert.deepEqual(outcomes(await ask(router)), ['cheap completed']);
  clock.ms = DAY_MS;
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
});

test('a tenant that has spent its budget is answered from the passages, and the others go on', async (t) => {
  const { router } = await openRouter(t, { fast: {} }, { tenants: { '*': { budgetUsdPerDay: 0.000_001 } } });
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
  const routed = await ask(router);
  assert.deepEqual(outcomes(routed), ['extractive completed']);
  assert.deepEqual(routed.finished?.degraded, ['generation']);
  assert.deepEqual(outcomes(await ask(router, { tenant: 'other' })), ['fast completed']);
});

test('calls that gave no answer are charged too', async (t) => {
  const { router, fakes } = await openRouter(t, {
    fast: { budgetUsdPerDay: 0.000_001, whenSpent: 'cheap', model: { firstTokenTimeoutMs: 50 } },
    cheap: {},
  });
  fakes['fast']!.failNext({ type: 'silent' });
  assert.deepEqual(outcomes(await ask(router)), [
    'fast failed FRESHET_MODEL_TIMEOUT',
    'extractive completed',
  ]);
  assert.deepEqual(outcomes(await ask(router)), ['cheap completed']);
});

test('a server that does not count tokens is charged by an estimate', async (t) => {
  const { router } = await openRouter(t, {
    fast: { budgetUsdPerDay: 0.000_001, whenSpent: 'cheap', fake: { countsTokens: false } },
    cheap: {},
  });
  const routed = await ask(router);
  assert.deepEqual(routed.finished?.usage, { inputTokens: 0, outputTokens: 0 });
  assert.equal(routed.finished?.attempts[0]?.isEstimate, true);
  assert.ok(routed.finished!.attempts[0]!.costUsd! > 0);
  assert.deepEqual(outcomes(await ask(router)), ['cheap completed']);
});

test('without a last resort a spent budget is told', async (t) => {
  const { router } = await openRouter(t, { fast: { budgetUsdPerDay: 0.000_001 } }, { lastResort: 'none' });
  await ask(router);
  const { error } = await ask(router);
  assert.equal(error?.code, 'FRESHET_BUDGET_SPENT');
  assert.equal(error?.status, 429);
});

test('when spending cannot be read or written, questions are answered all the same', async (t) => {
  const broken: Spending = {
    spent: () => Promise.reject(new Error('down')),
    add: () => Promise.reject(new Error('down')),
  };
  const { router } = await openRouter(t, { fast: { budgetUsdPerDay: 1 } }, { spending: broken });
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
});
