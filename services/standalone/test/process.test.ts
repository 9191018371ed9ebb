import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFreshetClient } from '@freshet/cli/client';

const { signal } = new AbortController();
const server = new URL('../server.ts', import.meta.url).pathname;

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-process-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function start(t: TestContext, env: Record<string, string>): { child: ChildProcess; stderr: () => string } {
  const child = spawn(process.execPath, [server], {
    env: { ...process.env, EMBED_THREADS: '1', NODE_V8_COVERAGE: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  return { child, stderr: () => text };
}

async function ready({ child, stderr }: ReturnType<typeof start>): Promise<string> {
  for (;;) {
    const url = /ask at (\S+),/.exec(stderr())?.[1];
    if (url) return url;
    assert.equal(child.exitCode, null, stderr());
    await once(child.stderr!, 'data');
  }
}

test('a process killed in mid-ingest loses nothing and writes nothing twice', async (t) => {
  const DATA_DIR = join(await temporaryFolder(t), 'data');
  const documents = Array.from({ length: 60 }, (_, i) => ({
    source: 'test',
    documentId: `d${i}`,
    mediaType: 'text/plain' as const,
    content: `Document number ${i} speaks of harbour ${i}. `.repeat(8),
  }));
  const first = start(t, { DATA_DIR, PORT: '0' });
  const client = createFreshetClient({ url: await ready(first) });
  const { watermark } = await client.write(documents, signal);
  // Killed once some, and before all, are in the index.
  for (;;) {
    const { documents: done } = await client.status(signal);
    if (done > 0) break;
  }
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  await client.close();

  const second = start(t, { DATA_DIR, PORT: '0', WATERMARK_WAIT_MS: '60000' });
  const again = createFreshetClient({ url: await ready(second) });
  t.after(() => again.close());
  await again.search({ query: 'harbour', after: watermark }, signal);
  const status = await again.status(signal);
  assert.deepEqual([status.documents, status.chunks], [60, 60]);
  second.child.kill('SIGTERM');
  const [code] = await once(second.child, 'exit');
  assert.equal(code, 0, 'SIGTERM ends it well');
});

test('what keeps it from starting is one line and a failing exit', async (t) => {
  const folder = await temporaryFolder(t);
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  t.after(() => blocker.close());
  const corrupt = join(folder, 'corrupt');
  const healthy = start(t, { DATA_DIR: corrupt, PORT: '0' });
  await ready(healthy);
  healthy.child.kill('SIGTERM');
  await once(healthy.child, 'exit');
  await writeFile(join(corrupt, 'index.db'), 'no database '.repeat(1000));
  const cases: [env: Record<string, string>, line: RegExp][] = [
    [
      { DATA_DIR: join(folder, 'a'), PORT: String((blocker.address() as AddressInfo).port) },
      /^freshet: Port \d+ is in use; .*$/,
    ],
    [
      { DATA_DIR: join(corrupt, 'index.db', 'below'), PORT: '0' },
      /^freshet: FRESHET_STORAGE_FAILED: .*below.*$/,
    ],
    [{ DATA_DIR: corrupt, PORT: '0' }, /^freshet: FRESHET_STORAGE_FAILED: .*index\.db.*$/],
    [
      { DATA_DIR: join(folder, 'b'), PORT: 'http', EMBED_THREADS: '-1' },
      /^freshet: FRESHET_CONFIG_INVALID: .*PORT.*EMBED_THREADS|EMBED_THREADS.*PORT/,
    ],
  ];
  for (const [env, line] of cases) {
    const { child, stderr } = start(t, env);
    const [code] = await once(child, 'close');
    assert.equal(code, 1, stderr());
    assert.match(stderr().trim(), line);
    assert.equal(stderr().trim().split('\n').length, 1, stderr());
  }
});
