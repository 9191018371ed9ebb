import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '@freshet/shared/errors';
import type { OpenAiFault } from '@freshet/testkit/fake-openai/stream-chat';
import { ANSWER, question } from '../generation/fixture.ts';
import { ask, openRouter, outcomes } from './fixture.ts';

const DOWN: OpenAiFault = { type: 'refused', status: 500 };

test('one route without rules answers with its name, its model, and the one call', async (t) => {
  const { router, sample } = await openRouter(t, { fast: {} });
  const routed = await ask(router);
  const { finished } = routed;
  assert.equal(routed.text, ANSWER);
  assert.equal(finished?.route, 'fast');
  assert.equal(finished?.model, 'model-of-fast');
  assert.deepEqual(outcomes(routed), ['fast completed']);
  assert.deepEqual(finished?.attempts[0]?.usage, finished?.usage);
  assert.equal(finished?.attempts[0]?.costUsd, finished?.costUsd);
  assert.ok(!('degraded' in finished!));
  assert.equal(await sample('freshet_route_attempts_total', 'outcome="completed"'), 1);
  assert.equal(await sample('freshet_route_selected_total', 'route="fast"', 'reason="default"'), 1);
  assert.equal(await sample('freshet_route_streams', 'route="fast"'), 0);
});

const beforeTheFirstWord: [string, OpenAiFault, ErrorCode][] = [
  ['answers with an error', DOWN, 'FRESHET_MODEL_UNAVAILABLE'],
  ['is throttled', { type: 'refused', status: 429 }, 'FRESHET_MODEL_THROTTLED'],
  ['refuses its key', { type: 'refused', status: 401 }, 'FRESHET_MODEL_REFUSED'],
  ['never answers', { type: 'silent' }, 'FRESHET_MODEL_TIMEOUT'],
  ['stalls before its first word', { type: 'stalled', afterTokens: 0 }, 'FRESHET_MODEL_TIMEOUT'],
  ['dies before its first word', { type: 'truncated', afterTokens: 0 }, 'FRESHET_MODEL_BROKE_OFF'],
];

for (const [what, fault, code] of beforeTheFirstWord) {
  test(`when a model ${what}, the next route answers`, async (t) => {
    const { router, fakes } = await openRouter(t, {
      fast: { fallback: ['best'], model: { firstTokenTimeoutMs: 50 } },
      best: {},
    });
    fakes['fast']!.failNext(fault);
    const routed = await ask(router);
    assert.equal(routed.text, ANSWER);
    assert.deepEqual(outcomes(routed), [`fast failed ${code}`, 'best completed']);
    assert.equal(routed.finished?.route, 'best');
    assert.ok(!('degraded' in routed.finished!), 'a model answered');
  });
}

test('a model that says nothing gives way to the next route, and what it used is seen', async (t) => {
  const { router, sample } = await openRouter(t, {
    fast: { fallback: ['best'], fake: { answer: () => ' ', cut: () => [' ', '\n'] } },
    best: {},
  });
  const routed = await ask(router);
  assert.deepEqual(outcomes(routed), ['fast failed FRESHET_MODEL_EMPTY', 'best completed']);
  const [empty, answered] = routed.finished!.attempts;
  assert.equal(empty?.usage.outputTokens, 2, 'as its provider counts');
  assert.ok(!empty?.isEstimate);
  assert.equal(routed.finished?.costUsd, answered?.costUsd, 'the reader is billed for the answer alone');
  const spent = await sample('freshet_route_cost_dollars_total');
  assert.ok(Math.abs(spent - (empty!.costUsd! + answered!.costUsd!)) < 1e-12);
});

test('after the first word there is no other route: the answer fails, and ends', async (t) => {
  const { router, fakes, sample } = await openRouter(t, {
    fast: { fallback: ['best'], model: { betweenTokensTimeoutMs: 50 } },
    best: {},
  });
  const faults: [OpenAiFault, ErrorCode][] = [
    [{ type: 'truncated', afterTokens: 3 }, 'FRESHET_MODEL_BROKE_OFF'],
    [{ type: 'error', afterTokens: 3 }, 'FRESHET_MODEL_BROKE_OFF'],
    [{ type: 'ended', afterTokens: 3 }, 'FRESHET_MODEL_BROKE_OFF'],
    [{ type: 'stalled', afterTokens: 3 }, 'FRESHET_MODEL_TIMEOUT'],
  ];
  for (const [fault, code] of faults) {
    fakes['fast']!.failNext(fault);
    const { text, error } = await ask(router);
    assert.equal(text, 'Refunds take ten');
    assert.equal(error?.code, code);
  }
  assert.equal(fakes['best']!.log.counts.requests, 0);
  assert.equal(await sample('freshet_route_attempts_total', 'route="fast"', 'outcome="failed"'), 4);
  assert.ok((await sample('freshet_route_tokens_total', 'direction="output"')) > 0, 'estimated by length');
});

test('when every model is down the passages answer, and the answer says so', async (t) => {
  const { router, fakes, sample } = await openRouter(t, { fast: { fallback: ['best'] }, best: {} });
  for (const fake of Object.values(fakes)) await fake.close();
  const routed = await ask(router);
  assert.match(routed.text, /Refunds take ten days\. \[1\]/);
  assert.deepEqual(outcomes(routed), [
    'fast failed FRESHET_MODEL_UNAVAILABLE',
    'best failed FRESHET_MODEL_UNAVAILABLE',
    'extractive completed',
  ]);
  assert.deepEqual(routed.finished?.degraded, ['generation']);
  assert.equal(routed.finished?.costUsd, 0);
  for (const { usage, costUsd } of routed.finished!.attempts.slice(0, 2)) {
    assert.deepEqual([usage, costUsd], [{ inputTokens: 0, outputTokens: 0 }, undefined]);
  }
  assert.equal(await sample('freshet_route_selected_total', 'reason="last_resort"'), 1);
});

test('who asks for sentences of the passages is not told that they are less', async (t) => {
  const { router } = await openRouter(t, { fast: {} });
  const routed = await ask(router, { route: 'extractive' });
  assert.deepEqual(outcomes(routed), ['extractive completed']);
  assert.ok(!('degraded' in routed.finished!));
});

test('without a last resort the failure of the last route is told', async (t) => {
  const { router, fakes } = await openRouter(
    t,
    { fast: { fallback: ['best'] }, best: {} },
    { lastResort: 'none' },
  );
  fakes['fast']!.failNext(DOWN);
  fakes['best']!.failNext({ type: 'refused', status: 429 });
  assert.equal((await ask(router)).error?.code, 'FRESHET_MODEL_THROTTLED');
});

test('a conversation too long for one model is asked of the next, and not of the passages', async (t) => {
  const short = { fallback: ['best'], fake: { maxTokens: 10 } };
  const { router } = await openRouter(t, { fast: short, best: {} });
  assert.deepEqual(outcomes(await ask(router)), ['fast failed FRESHET_CONTEXT_TOO_LONG', 'best completed']);
  const alone = await openRouter(t, { fast: { fake: { maxTokens: 10 } } });
  assert.equal((await ask(alone.router)).error?.code, 'FRESHET_CONTEXT_TOO_LONG');
});

test('a circuit breaker keeps questions from a route that fails, until it answers again', async (t) => {
  const breaker = { minFailures: 2, window: 4, openMs: 1_000 };
  const { router, fakes, clock, sample } = await openRouter(t, {
    fast: { fallback: ['best'], breaker },
    best: {},
  });
  const state = () => sample('freshet_route_breaker_state', 'route="fast"');
  fakes['fast']!.failNext(DOWN, { type: 'truncated', afterTokens: 3 });
  assert.deepEqual(outcomes(await ask(router)), ['fast failed FRESHET_MODEL_UNAVAILABLE', 'best completed']);
  assert.equal((await ask(router)).error?.code, 'FRESHET_MODEL_BROKE_OFF', 'broken off counts too');
  assert.equal(await state(), 2);
  assert.equal(await sample('freshet_route_breaker_opened_total', 'route="fast"'), 1);
  assert.deepEqual(outcomes(await ask(router)), ['best completed']);
  assert.equal(fakes['fast']!.log.counts.requests, 2);
  clock.ms += 1_000;
  assert.equal(await state(), 1);
  assert.deepEqual(outcomes(await ask(router, { passages: [] })), ['fast completed']);
  assert.equal(await state(), 1, 'no model was asked');
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
  assert.equal(await state(), 0);
});

test('readers who leave, and questions that are wrong themselves, do not open a circuit breaker', async (t) => {
  const breaker = { minFailures: 1, window: 1 };
  const { router, fakes, sample } = await openRouter(t, {
    fast: { breaker, fallback: ['best'] },
    best: {},
  });
  fakes['fast']!.failNext({ type: 'refused', status: 400 }, { type: 'stalled', afterTokens: 2 });
  await ask(router);
  const gone = new AbortController();
  for await (const _part of router.generate({ ...question, tenant: 'acme', signal: gone.signal })) break;
  fakes['fast']!.failNext({ type: 'silent' });
  const next = fakes['fast']!.log.next();
  const asked = ask(router, { signal: gone.signal });
  await next;
  gone.abort(new Error('gone'));
  assert.equal((await asked).error?.message, 'gone');
  assert.equal(await sample('freshet_route_breaker_state', 'route="fast"'), 0);
  assert.equal(await sample('freshet_route_attempts_total', 'route="fast"', 'outcome="cancelled"'), 2);
  assert.equal(await sample('freshet_route_selected_total', 'route="best"'), 1, 'for nobody who left');
  assert.equal(await sample('freshet_route_streams', 'route="fast"'), 0);
});

test('a full route hands on to its overflow, until it has room again', async (t) => {
  const held = Promise.withResolvers<void>();
  const { router, fakes } = await openRouter(t, {
    fast: { maxStreams: 1, overflow: 'burst', fake: { beforeAnswer: () => held.promise } },
    burst: {},
  });
  const begun = fakes['fast']!.log.next();
  const first = ask(router);
  await begun;
  assert.deepEqual(outcomes(await ask(router)), ['burst completed']);
  held.resolve();
  assert.deepEqual(outcomes(await first), ['fast completed']);
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
});

test('when nobody has room and there is no last resort, the question is told to come again', async (t) => {
  const held = Promise.withResolvers<void>();
  const fast = { maxStreams: 1, fake: { beforeAnswer: () => held.promise } };
  const { router, fakes } = await openRouter(t, { fast }, { lastResort: 'none' });
  const begun = fakes['fast']!.log.next();
  const first = ask(router);
  await begun;
  assert.equal((await ask(router)).error?.code, 'FRESHET_OVERLOADED');
  held.resolve();
  await first;
});

test('a question that has little time left goes to the route that is quick', async (t) => {
  const { router } = await openRouter(t, { fast: { minTimeLeftMs: 5_000, whenShort: 'tiny' }, tiny: {} });
  assert.deepEqual(outcomes(await ask(router, { timeLeftMs: 4_999 })), ['tiny completed']);
  assert.deepEqual(outcomes(await ask(router, { timeLeftMs: 5_000 })), ['fast completed']);
  assert.deepEqual(outcomes(await ask(router)), ['fast completed']);
});

test('a route that is asked for answers; one that is not there is named, beside those that are', async (t) => {
  const { router } = await openRouter(t, { fast: {}, best: {}, internal: { isRequestable: false } });
  assert.deepEqual(outcomes(await ask(router, { route: 'best' })), ['best completed']);
  for (const route of ['nope', 'internal', 'constructor']) {
    const { error } = await ask(router, { route });
    assert.equal(error?.code, 'FRESHET_ROUTE_UNKNOWN');
    assert.equal(error?.status, 400);
    assert.equal(error?.message, `There is no route "${route}"; there are: best, extractive, fast.`);
  }
});

test('half a character, a loop and a stall come to the reader as whole text and a clear end', async (t) => {
  const { router } = await openRouter(t, {
    fast: { fake: { answer: () => 'Ten 😀 days.', cut: (text) => text.split('') } },
    loop: { fake: { answer: () => 'Refunds take ten days. '.repeat(5_000) } },
    stall: { model: { timeoutMs: 60, betweenTokensTimeoutMs: 40 }, fake: { betweenTokensMs: 20 } },
  });
  assert.equal((await ask(router)).text, 'Ten 😀 days.');
  const loop = await ask(router, { route: 'loop' });
  assert.equal(loop.finished?.finishReason, 'length');
  assert.ok(loop.text.length < 3_000);
  assert.equal(loop.finished?.attempts[0]?.isEstimate, true);
  assert.ok(loop.finished!.attempts[0]!.usage.outputTokens > 50);
  const whole = await ask(router, { route: 'stall' });
  assert.equal(whole.error?.code, 'FRESHET_MODEL_TIMEOUT');
  assert.match(whole.error!.message, /no end of its answer within 60 ms/);
});

test('a reader who stops ends the call, and it is counted', async (t) => {
  const { router, fakes, sample } = await openRouter(t, { fast: { fake: { betweenTokensMs: 60_000 } } });
  const { signal } = new AbortController();
  for await (const part of router.generate({ ...question, tenant: 'acme', signal })) {
    if (part.type === 'delta') break;
  }
  assert.equal(await fakes['fast']!.log.requests[0]!.ended, 'aborted');
  assert.ok((await sample('freshet_route_cost_dollars_total')) > 0);
});

test('the generator of a router that is aborted before it is read asks nobody', async (t) => {
  const { router, fakes } = await openRouter(t, { fast: { fallback: ['best'] }, best: {} });
  const reason = new Error('gone');
  assert.equal((await ask(router, { signal: AbortSignal.abort(reason) })).error, reason);
  assert.equal(fakes['fast']!.log.counts.requests + fakes['best']!.log.counts.requests, 0);
});
