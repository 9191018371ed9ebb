import { execFile, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { chmod, cp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isRunning, withLock } from './lock.ts';
import type { TestServer } from './server.ts';

const run = promisify(execFile);

/** What was downloaded, shared by all runs of this checkout. */
export const cacheFolder = fileURLToPath(new URL('../../.cache/testkit/', import.meta.url));

export interface LocalServerOptions {
  name: string;
  url: string;
  /** A folder of `servers/`, copied into the cache, where its scripts may write beside themselves. */
  scripts?: string;
  /** The file that holds the id of the server's process, inside its folder. */
  pidFile: string;
  /** Brings the server up, and resolves when it answers. */
  launch: (folders: { data: string; scripts: string }) => Promise<void>;
}

/** Starts a server as a process of this machine, its data in a folder of its own below the temp folder. */
export async function startLocalServer({
  name,
  url,
  scripts,
  pidFile,
  launch,
}: LocalServerOptions): Promise<TestServer & { data: string }> {
  const data = mkdtempSync(join(tmpdir(), `freshet-${name}-`));
  // Some servers refuse to run as root, and then need to reach the folder as somebody else.
  await chmod(data, 0o755);
  const pidPath = join(data, pidFile);
  const guard = startGuard(pidPath, data);

  async function start(): Promise<void> {
    const copied = join(cacheFolder, scripts ?? '');
    // One at a time: the first start downloads, and two at once would write the same files.
    await withLock(join(cacheFolder, `${name}.lock`), async () => {
      if (scripts) {
        const source = fileURLToPath(new URL(`servers/${scripts}`, import.meta.url));
        await cp(source, copied, { recursive: true, preserveTimestamps: true });
      }
      await launch({ data, scripts: copied });
    });
  }

  async function kill(): Promise<void> {
    // The first line of PostgreSQL's file is the id, and others follow.
    const pid = Number.parseInt(await readFile(pidPath, 'utf8').catch(() => ''), 10);
    if (!(pid > 0)) return;
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    while (isRunning(pid)) await delay(20);
    await rm(pidPath, { force: true });
  }

  async function stop(): Promise<void> {
    await kill();
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
    guard.end();
  }

  try {
    await start();
  } catch (error) {
    await stop();
    throw new Error(lastLines(error), { cause: error });
  }
  return { url, data, kill, start, stop };
}

/** Runs a program; rejects with what it wrote when it fails. */
export async function runProgram(
  file: string,
  args: string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string | undefined } = {},
): Promise<void> {
  const running = run(file, args, { env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 });
  // A program that does not read its input may be gone already, which is no failure.
  running.child.stdin?.on('error', () => {}).end(input);
  await running;
}

/**
 * A shell that ends the server and removes its folder once this process is gone, however it went: it notices
 * by the end of its standard input. It has a process group of its own, so that Ctrl-C does not reach it.
 */
function startGuard(pidPath: string, data: string): { end(): void } {
  const script = 'cat >/dev/null; [ -s "$1" ] && kill -9 "$(head -n 1 "$1")"; rm -rf "$2"';
  const child = spawn('sh', ['-c', script, 'guard', pidPath, data], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return { end: () => child.stdin!.end() };
}

function lastLines(error: unknown): string {
  const { code, path, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === 'ENOENT' && path) return `${path} is not installed.`;
  return stderr.trim().split('\n').slice(-5).join(' | ') || message;
}
