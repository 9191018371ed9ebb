import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openTextPool } from '../../../embedding/onnx/text-pool.ts';

const worker = new URL('./steered-worker.ts', import.meta.url);

async function openSteered(t: TestContext, { threads = 1 } = {}) {
  const steering = new Int32Array(new SharedArrayBuffer(12));
  const pool = await openTextPool({ worker, workerData: { steering }, threads });
  const permit = (runs: number) => {
    Atomics.store(steering, 1, runs);
    Atomics.notify(steering, 1);
  };
  t.after(async () => {
    permit(1000);
    await pool.close();
  });
  return {
    pool,
    permit,
    async started(runs: number) {
      for (let now = Atomics.load(steering, 0); now < runs; now = Atomics.load(steering, 0)) {
        await Atomics.waitAsync(steering, 0, now).value;
      }
    },
    runs: () => Atomics.load(steering, 0),
    isClosed: () => Atomics.load(steering, 2) === 1,
  };
}

const placeOf = async (vector: Promise<Float32Array>) => (await vector)[0];

test('a query waits for the running text alone, and goes before the documents that wait', async (t) => {
  const { pool, permit, started } = await openSteered(t);
  const running = placeOf(pool.embed('running', 'document'));
  await started(1);
  const waiting = ['one', 'two', 'three'].map((text) => placeOf(pool.embed(text, 'document')));
  const queries = ['first?', 'second?'].map((text) => placeOf(pool.embed(text, 'query')));
  permit(6);
  assert.equal(await running, 0);
  assert.deepEqual(await Promise.all(queries), [1, 2]);
  assert.deepEqual(await Promise.all(waiting), [3, 4, 5]);
});

test('an aborted text that waits is never run', async (t) => {
  const { pool, permit, started, runs } = await openSteered(t);
  const controller = new AbortController();
  const running = pool.embed('running', 'document');
  await started(1);
  const waiting = ['document', 'query'].map((kind) =>
    pool.embed('waiting', kind as 'document' | 'query', controller.signal),
  );
  controller.abort(new Error('the client went away'));
  for (const promise of waiting) await assert.rejects(promise, /the client went away/);
  permit(2);
  await running;
  await pool.embed('after', 'document');
  assert.equal(runs(), 2);
});

test('aborting a running text frees its caller and leaves the thread alive', async (t) => {
  const { pool, permit, started } = await openSteered(t);
  const controller = new AbortController();
  const running = pool.embed('running', 'document', controller.signal);
  await started(1);
  controller.abort(new Error('the client went away'));
  await assert.rejects(running, /the client went away/);
  const next = placeOf(pool.embed('next', 'document'));
  permit(2);
  assert.equal(await next, 1, 'the same thread went on counting');
});

test('closing lets the running text finish and refuses those that wait', async (t) => {
  const { pool, permit, started, isClosed } = await openSteered(t);
  const running = placeOf(pool.embed('running', 'document'));
  await started(1);
  const waiting = assert.rejects(pool.embed('waiting', 'query'), { code: 'FRESHET_SHUTTING_DOWN' });
  const closed = pool.close();
  await waiting;
  permit(1);
  assert.equal(await running, 0);
  await closed;
  assert.ok(isClosed());
  await assert.rejects(pool.embed('late', 'query'), { code: 'FRESHET_SHUTTING_DOWN' });
});

test('closing waits for a text whose caller has gone', async (t) => {
  const { pool, permit, started, isClosed } = await openSteered(t);
  const controller = new AbortController();
  const running = assert.rejects(pool.embed('running', 'document', controller.signal));
  await started(1);
  controller.abort();
  await running;
  const closed = pool.close();
  assert.ok(!isClosed());
  permit(1);
  await closed;
  assert.ok(isClosed());
});

test('a thread that dies fails its text alone, and another takes its place', async (t) => {
  const { pool, permit } = await openSteered(t, { threads: 2 });
  permit(1000);
  const [dead, alive] = await Promise.allSettled([
    pool.embed('exit', 'document'),
    pool.embed('fine', 'document'),
  ]);
  assert.equal(dead.status, 'rejected');
  assert.equal(dead.reason.code, 'FRESHET_MODEL_UNAVAILABLE');
  assert.equal(alive.status, 'fulfilled');
  await Promise.all(Array.from({ length: 6 }, () => pool.embed('after', 'document')));
});

test('a text that cannot be embedded fails with the reason', async (t) => {
  const { pool } = await openSteered(t);
  await assert.rejects(pool.embed('throw', 'query'), {
    code: 'FRESHET_MODEL_UNAVAILABLE',
    message: /no memory left for this text/,
  });
});

test('a worker that cannot start is an error at open', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-'));
  t.after(() => rm(folder, { recursive: true }));
  const broken = join(folder, 'broken.mjs');
  await writeFile(broken, 'throw new Error("a library is missing");\n');
  await assert.rejects(openTextPool({ worker: pathToFileURL(broken), workerData: {}, threads: 2 }), {
    code: 'FRESHET_MODEL_UNAVAILABLE',
    message: /a library is missing/,
  });
});
