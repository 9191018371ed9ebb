import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ModelProcess, openModelProcess } from '../../../generation/local/model-process.ts';

const worker = new URL('./steered-worker.ts', import.meta.url);
const options = { worker, path: 'right', threads: 1, sequences: 1, contextTokens: 512 };

async function open(t: TestContext, sequences = 1): Promise<ModelProcess> {
  const model = await openModelProcess({ ...options, sequences });
  t.after(() => model.close());
  return model;
}

function ask(model: ModelProcess, content: string, signal = new AbortController().signal) {
  return model.generate({ system: 's', messages: [{ role: 'user', content }], maxTokens: 10 }, signal);
}

const all = (parts: AsyncIterable<unknown>) => Array.fromAsync(parts);

test('an answer comes in parts, and finishes with its usage', async (t) => {
  assert.deepEqual(await all(ask(await open(t), 'two words')), [
    { type: 'delta', text: 'two ' },
    { type: 'delta', text: 'words' },
    { type: 'finished', finishReason: 'stop', usage: { inputTokens: 5, outputTokens: 2 } },
  ]);
});

test('an answer waits until a sequence is free, and an abort passes the turn on', async (t) => {
  const model = await open(t);
  const gone = new AbortController();
  const held = ask(model, 'hold', gone.signal);
  await held.next();
  const next = all(ask(model, 'next'));
  const broken = assert.rejects(held.next(), /left/);
  gone.abort(new Error('left'));
  await broken;
  assert.equal((await next).length, 2);
});

test('a reader that stops early passes the turn on', async (t) => {
  const model = await open(t);
  for await (const _part of ask(model, 'hold')) break;
  assert.equal((await all(ask(model, 'next'))).length, 2);
});

test('who leaves while waiting is forgotten, and those beyond eight a sequence are refused', async (t) => {
  const model = await open(t);
  const held = ask(model, 'hold');
  await held.next();
  const gone = new AbortController();
  const waiting = Array.from({ length: 8 }, () => assert.rejects(all(ask(model, 'w', gone.signal)), /left/));
  await assert.rejects(all(ask(model, 'too many')), { code: 'FRESHET_MODEL_THROTTLED' });
  gone.abort(new Error('left'));
  await Promise.all(waiting);
  const next = all(ask(model, 'next'));
  await held.return(undefined);
  assert.equal((await next).length, 2);
});

test('several sequences answer at once', async (t) => {
  const model = await open(t, 2);
  const held = ask(model, 'hold');
  await held.next();
  assert.equal((await all(ask(model, 'beside'))).length, 2);
  await held.return(undefined);
});

test('when the process dies its answers break off, and the next question starts another', async (t) => {
  const model = await open(t, 2);
  const held = ask(model, 'hold');
  await held.next();
  await assert.rejects(all(ask(model, 'crash')), { code: 'FRESHET_MODEL_BROKE_OFF', message: /code 7/ });
  await assert.rejects(held.next(), { code: 'FRESHET_MODEL_BROKE_OFF' });
  assert.equal((await all(ask(model, 'again'))).length, 2);
});

test('a process that does not start says why', async () => {
  const code = 'FRESHET_MODEL_UNAVAILABLE';
  await assert.rejects(openModelProcess({ ...options, path: 'wrong' }), { code, message: /no such model/ });
  await assert.rejects(openModelProcess({ ...options, path: 'dies' }), { code, message: /code 9/ });
});

test('after close nothing is asked', async (t) => {
  const model = await open(t);
  await model.close();
  await model.close();
  await assert.rejects(all(ask(model, 'late')), { code: 'FRESHET_SHUTTING_DOWN' });
});
