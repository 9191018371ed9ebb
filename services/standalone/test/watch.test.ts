import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '@freshet/testkit/until';
import { startFleet } from './fleet.ts';

const { signal } = new AbortController();
const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

/** Long enough for a machine that does much else. */
const becomes = (condition: () => boolean | Promise<boolean>) =>
  until(async () => assert.ok(await condition(), String(condition)), { timeoutMs: 60_000, everyMs: 50 });

async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-watch-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const fleet = await startFleet(t);
  const reports: { indexed: number; deleted: number; skipped: { name: string; reason: string }[] }[] = [];
  const watch = async (...options: string[]) => {
    const args = [main, 'ingest', folder, '--source', 'docs', '--watch', '--json', ...options];
    const env = { PATH: process.env['PATH'], FRESHET_URL: fleet.url };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    createInterface({ input: child.stdout }).on('line', (line) => void reports.push(JSON.parse(line)));
    await becomes(() => reports.length > 0 || child.exitCode !== null);
    return child;
  };
  const at = (name: string) => join(folder, name);
  const put = (name: string, content: string | Buffer) => writeFile(at(name), content);
  const list = async () =>
    (await Array.fromAsync(fleet.client.list('docs', signal))).map(({ documentId }) => documentId);
  const text = async (query: string) =>
    (await fleet.client.search({ query }, signal)).passages.map((passage) => passage.text);
  return { folder, fleet, reports, watch, at, put, list, text };
}

test('changes of a folder are sent and deletions deleted, however files are written, until Ctrl-C', async (t) => {
  const { watch, at, put, list, text, reports } = await start(t);
  await put('a.md', 'The first words.');
  await put('gone.md', 'Gone before it is watched.');
  const child = await watch();
  assert.deepEqual(await list(), ['a.md', 'gone.md']);

  await put('b.md', 'Another herring.');
  await becomes(async () => (await list()).includes('b.md'));

  // As editors write: beside it, then over it.
  await put('a.md.tmp', 'The second words.');
  await rename(at('a.md.tmp'), at('a.md'));
  await becomes(async () => (await text('words')).includes('The second words.'));

  await mkdir(at('deep/er'), { recursive: true });
  await put('deep/er/c.md', 'Deep water.');
  await put('deep/.hidden.md', 'Hidden.');
  await becomes(async () => (await list()).includes('deep/er/c.md'));

  await rm(at('gone.md'));
  await rm(at('deep'), { recursive: true });
  await becomes(async () => (await list()).join() === 'a.md,b.md');

  await Promise.all(Array.from({ length: 200 }, (_, i) => put(`many-${i}.txt`, `number ${i}`)));
  await becomes(async () => (await list()).length === 202);

  await put('r.jsonl', '{"id":1,"text":"one"}\n{"id":2,"text":"two"}\n');
  await becomes(async () => (await list()).includes('r.jsonl#2'));
  await put('r.jsonl', '{"id":1,"text":"one"}\n');
  await becomes(async () => !(await list()).includes('r.jsonl#2'));
  await rm(at('r.jsonl'));
  await becomes(async () => !(await list()).includes('r.jsonl#1'));

  // What the gateway refuses ends nothing.
  await put('bad.md', '---\nacl: [nobody]\n---\nwords');
  await becomes(() => reports.some(({ skipped }) => skipped.some(({ name }) => name === 'bad.md')));

  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('a file that grows ends as it is when it is whole', async (t) => {
  const { watch, at, put, text } = await start(t);
  await put('first.txt', 'first');
  await watch();
  const file = await open(at('log.txt'), 'w');
  for (let i = 0; i < 50; i += 1) {
    await file.write(`line ${i}\n`);
    await file.sync();
  }
  await file.close();
  await becomes(async () => (await text('line')).some((found) => /line 0[\s\S]*line 49/.test(found)));
});

test('a folder that is emptied at once or goes away deletes nothing', async (t) => {
  const { folder, watch, at, put, list, reports } = await start(t);
  for (let i = 0; i < 30; i += 1) await put(`${i}.txt`, `words of ${i}`);
  const child = await watch('--sync');
  await Promise.all(Array.from({ length: 20 }, (_, i) => rm(at(`${i}.txt`))));
  await becomes(() => reports.some(({ skipped }) => /20 files .* of 30/.test(skipped[0]?.reason ?? '')));
  assert.equal((await list()).length, 30);
  const exited = once(child, 'exit');
  await rename(folder, `${folder}-moved`);
  t.after(() => rm(`${folder}-moved`, { recursive: true }));
  assert.equal((await exited)[0], 1);
  assert.equal((await list()).length, 30);
});
