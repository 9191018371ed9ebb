import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshetError } from '../../errors.ts';
import { openApp } from '../service/open-app.ts';

test('a service is ready when all that it depends on is', async (t) => {
  const { app } = await openApp(t, { checks: { index: async () => {}, log: async () => {} } });
  const answer = await app.inject('/readyz');
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { status: 'ok', checks: { index: 'ok', log: 'ok' } });
});

test('a service is not ready when one dependency fails, and says which without leaking why', async (t) => {
  const { app } = await openApp(t, {
    checks: {
      index: async () => {},
      log: async () => {
        throw new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', { detail: 'The log does not answer.' });
      },
      model() {
        throw new Error('password=hunter2');
      },
    },
  });
  const answer = await app.inject('/readyz');
  assert.equal(answer.statusCode, 503);
  assert.deepEqual(answer.json(), {
    status: 'unavailable',
    checks: {
      index: 'ok',
      log: 'FRESHET_DEPENDENCY_UNAVAILABLE: The log does not answer.',
      model: 'FRESHET_INTERNAL',
    },
  });
  assert.equal((await app.inject('/livez')).statusCode, 200);
});

test('a check that hangs counts as failed after its time', async (t) => {
  const { app } = await openApp(t, { checks: { log: () => new Promise(() => {}) } });
  const answer = await app.inject('/readyz');
  assert.equal(answer.statusCode, 503);
  assert.match(answer.json().checks.log, /^FRESHET_DEADLINE_EXCEEDED/);
});

test('a service that shuts down is not ready while running requests end', async (t) => {
  const { app, listen } = await openApp(t, { drainMs: 60_000 });
  const finish = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const closing = Promise.withResolvers<void>();
  app.addHook('preClose', async () => closing.resolve());
  app.get('/slow', async () => {
    started.resolve();
    await finish.promise;
    return 'done';
  });
  const origin = await listen();
  const slow = fetch(`${origin}/slow`);
  await started.promise;
  const closed = app.close();
  const answer = await fetch(`${origin}/readyz`);
  assert.equal(answer.status, 503);
  finish.resolve();
  assert.equal(await (await slow).text(), 'done');
  await closed;
});

test('what a readiness check says is a gauge too, which a scrape keeps current by itself', async (t) => {
  let isDown = false;
  const { app } = await openApp(t, {
    checks: {
      index: async () => {},
      log: async () => {
        if (isDown) throw new Error('password=hunter2');
      },
    },
  });
  const gauge = async (dependency: string) => {
    const { body } = await app.inject('/metrics');
    return new RegExp(`freshet_dependency_up{dependency="${dependency}".*} (\\d)`).exec(body)?.[1];
  };
  assert.deepEqual([await gauge('index'), await gauge('log')], ['1', '1'], 'nobody has asked /readyz');
  isDown = true;
  await app.inject('/readyz');
  assert.deepEqual([await gauge('index'), await gauge('log')], ['1', '0']);
});
