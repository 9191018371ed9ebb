import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CircuitBreakerOptions, createCircuitBreaker } from '../../routing/circuit-breaker.ts';

function open(options: CircuitBreakerOptions = {}) {
  const clock = { ms: 0, openings: 0 };
  const breaker = createCircuitBreaker({
    window: 4,
    minFailures: 2,
    failureShare: 0.5,
    openMs: 100,
    now: () => clock.ms,
    onOpened: () => {
      clock.openings += 1;
    },
    ...options,
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) breaker.acquire()!.failed();
  };
  return { breaker, clock, fail };
}

test('it opens at enough failures, and at no smaller share of them', () => {
  const { breaker, fail, clock } = open();
  fail(1);
  for (let i = 0; i < 3; i++) breaker.acquire()!.succeeded();
  fail(1);
  assert.equal(breaker.state, 'closed', 'the first failure has left the window, one of four is too few');
  fail(1);
  assert.equal(breaker.state, 'open');
  assert.equal(breaker.acquire(), undefined);
  assert.equal(clock.openings, 1);
});

test('after its time one call may try; its success closes it, with nothing held against it', () => {
  const { breaker, fail, clock } = open();
  fail(2);
  clock.ms = 99;
  assert.equal(breaker.acquire(), undefined);
  clock.ms = 100;
  assert.equal(breaker.state, 'half-open');
  const trial = breaker.acquire()!;
  assert.equal(breaker.acquire(), undefined, 'one at a time');
  trial.succeeded();
  assert.equal(breaker.state, 'closed');
  fail(1);
  assert.equal(breaker.state, 'closed');
});

test('a trial that fails opens it for as long again', () => {
  const { breaker, fail, clock } = open();
  fail(2);
  clock.ms = 100;
  breaker.acquire()!.failed();
  assert.equal(clock.openings, 2);
  clock.ms = 199;
  assert.equal(breaker.state, 'open');
  clock.ms = 200;
  assert.equal(breaker.state, 'half-open');
});

test('a trial that its caller leaves says nothing, and the next call is the trial', () => {
  const { breaker, fail, clock } = open();
  fail(2);
  clock.ms = 100;
  breaker.acquire()!.abandoned();
  assert.equal(breaker.state, 'half-open');
  breaker.acquire()!.succeeded();
  assert.equal(breaker.state, 'closed');
});

test('calls that began before it opened have no say afterwards', () => {
  const { breaker, fail, clock } = open();
  const [early, ...late] = Array.from({ length: 4 }, () => breaker.acquire()!);
  fail(2);
  early!.succeeded();
  assert.equal(breaker.state, 'open');
  clock.ms = 100;
  const trial = breaker.acquire()!;
  for (const permit of late) permit.failed();
  late[0]!.abandoned();
  assert.equal(clock.openings, 1);
  assert.equal(breaker.acquire(), undefined, 'the trial still runs');
  trial.succeeded();
  assert.equal(breaker.state, 'closed');
});

test('whatever happens in whatever order: no call while open, one while half-open, and it never stays shut', () => {
  const step = fc.oneof(
    fc.constant('acquire' as const),
    fc.record({ end: fc.constantFrom('succeeded', 'failed', 'abandoned'), of: fc.nat({ max: 5 }) }),
    fc.record({ wait: fc.integer({ min: 1, max: 150 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { breaker, clock } = open();
      const running: NonNullable<ReturnType<typeof breaker.acquire>>[] = [];
      for (const each of steps) {
        if (each === 'acquire') {
          const { state } = breaker;
          const permit = breaker.acquire();
          if (state === 'closed') assert.ok(permit);
          if (state === 'open') assert.equal(permit, undefined);
          if (state === 'half-open') assert.equal(breaker.acquire(), undefined);
          if (permit) running.push(permit);
        } else if ('wait' in each) clock.ms += each.wait;
        else running.splice(each.of, 1)[0]?.[each.end as 'failed']();
      }
      for (const permit of running) permit.abandoned();
      clock.ms += 100;
      assert.ok(breaker.acquire(), 'with nothing under way and its time over it lets one call pass');
    }),
  );
});
