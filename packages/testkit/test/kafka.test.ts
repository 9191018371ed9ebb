import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startKafka } from '../kafka.ts';

/** Whether something listens at host:port. */
async function answers(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const [host, port] = url.split(':');
  const socket = connect(Number(port), host);
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

test('a dedicated broker can be killed, comes back at its address, and is gone after stop', async (t) => {
  const kafka = await startKafka({ isDedicated: true });
  t.after(() => kafka.stop());
  assert.equal(await answers(kafka.url), true);
  await kafka.kill();
  assert.equal(await answers(kafka.url), false);
  await kafka.start();
  assert.equal(await answers(kafka.url), true);
  await kafka.stop();
  assert.equal(await answers(kafka.url), false);
});
