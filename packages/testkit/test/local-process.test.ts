import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isRunning } from '../lock.ts';

const sleeper = fileURLToPath(new URL('sleeper.ts', import.meta.url));

/** Starts a process that starts a server, and answers with the server's id and folder. */
async function startSleeper() {
  const child = spawn(process.execPath, [sleeper], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(() => assert.fail('it ended without a server'));
  ended.catch(() => {});
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  const { data } = JSON.parse(line) as { data: string };
  return { child, data, pid: Number(await readFile(join(data, 'server.pid'), 'utf8')) };
}

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`a server ends with the process that started it, and its data go, after ${signal}`, async (t) => {
    const { child, data, pid } = await startSleeper();
    t.after(() => isRunning(pid) && process.kill(pid, 'SIGKILL'));
    assert.equal(isRunning(pid), true);
    child.kill(signal);
    const deadline = Date.now() + 10_000;
    while ((isRunning(pid) || existsSync(data)) && Date.now() < deadline) await delay(10);
    assert.equal(isRunning(pid), false);
    assert.equal(existsSync(data), false);
  });
}

test('stop ends the server and removes its data', async () => {
  const { child, data, pid } = await startSleeper();
  child.stdin.end('stop\n');
  await once(child, 'exit');
  assert.equal(isRunning(pid), false);
  assert.equal(existsSync(data), false);
});
