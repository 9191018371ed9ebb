import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { consumeAll, numbered } from '../contract.ts';
import { openFor, tempFolder } from './temp-log.ts';

function start(t: TestContext, role: 'append' | 'consume', path: string): ChildProcess {
  const child = fork(new URL('./crash-child.ts', import.meta.url), [role, path]);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('consumers killed in mid-batch lose no record, and repeat only what was not committed', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  // Ahead of the children's clock by more than a lease: whoever is dead has lost its lease already.
  let ahead = 0;
  const log = await openFor(t, { path, now: () => Date.now() + ahead });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  await log.append('t', numbered(100));
  const handled: string[] = [];

  const child = start(t, 'consume', path);
  await new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (message === 'stuck') resolve();
      else handled.push(String(message));
    });
  });
  await kill(child);
  assert.equal(handled.length, 25);
  assert.deepEqual(await log.lag('t', 'g'), [{ partition: 0, committed: 20, end: 100 }]);

  ahead = 60_000;
  const rest = await consumeAll(t, log, 't', 80, 'g');
  assert.deepEqual(
    rest.map(({ offset }) => offset),
    Array.from({ length: 80 }, (_, index) => 20 + index),
  );
  assert.equal(new Set([...handled, ...rest.map(({ key }) => key)]).size, 100);
  const [position] = await log.append('t', numbered(1));
  assert.deepEqual(position, { partition: 0, offset: 100 });
});

test('appenders killed while appending lose nothing that was acknowledged, and leave whole appends only', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const log = await openFor(t, { path });
  await log.ensureTopic('t', { partitions: 1, cleanup: 'keep' });
  const acknowledged: string[] = [];

  for (let round = 0; round < 3; round++) {
    const child = start(t, 'append', path);
    await new Promise<void>((resolve) => {
      let appends = 0;
      child.on('message', (names: string[]) => {
        acknowledged.push(...names);
        if (++appends === 10 + round) resolve();
      });
    });
    await kill(child);
  }

  const [lag] = await log.lag('t', 'g');
  const records = await consumeAll(t, log, 't', lag!.end, 'g');
  assert.deepEqual(
    records.map(({ offset }) => offset),
    Array.from({ length: lag!.end }, (_, offset) => offset),
  );
  const kept = new Set(records.map(({ key }) => key));
  assert.deepEqual(
    acknowledged.filter((name) => !kept.has(name)),
    [],
  );
  assert.equal(records.length % 5, 0);
});
