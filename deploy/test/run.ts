import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  /** What the program reads. */
  input?: string;
}

/** @returns standard output; rejects with the end of what was printed. */
export function run(
  command: string,
  args: string[],
  { env = process.env, input }: RunOptions = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {}).end(input); // a program that ends before it has read all tells so itself
  let stdout = '';
  let all = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    all += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
  });
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0) resolve(stdout.trim());
    else {
      const end = all.trim().split('\n').slice(-20).join('\n');
      reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${end}`));
    }
  });
  return promise;
}
