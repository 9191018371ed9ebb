import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { imageEnvironment } from '@freshet/testkit/image-environment';

const services = join(import.meta.dirname, '..', 'services');

/** One service in a process of its own, as a company runs it; what it logs as an error comes to this one's. */
export function spawnService(
  name: string,
  env: NodeJS.ProcessEnv,
  nodeArguments: string[] = [],
): ChildProcess {
  const child = spawn(process.execPath, [...nodeArguments, join(services, name, 'server.ts')], {
    env: { ...imageEnvironment(name), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // It must not outlive a benchmark that is interrupted.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Resolves once the service at this address answers well on this path. */
export async function becomesReady(name: string, url: string, path = '/readyz'): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
    const response = await fetch(`${url}${path}`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`the ${name} is not ready after a minute`);
}

/** Ends a process with grace, and waits for its end. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  await exit;
}
