import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { startProcessFleet } from '../../bench/process-fleet.ts';

/**
 * What `make load` runs once Locust is installed: the fleet of bench/process-fleet.ts, Locust beside it on the same
 * machine, then the report. Options are the LOAD_* variables of stages.py; as Locust takes its part of the cores,
 * the default is what a core carries with it, ten users or five questions a second.
 */
const root = join(import.meta.dirname, '..', '..');
const results = join(root, '.cache', 'load');
const bin = join(root, '.cache', 'load-venv', 'bin');
const cores = availableParallelism();
const env = {
  LOAD_USERS: String(10 * cores),
  ...process.env,
  LOAD_SAMPLES: join(results, 'samples.jsonl'),
};

async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(join(bin, command), args, { cwd: root, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

/** Milliseconds of all cores since boot. */
function machineTimes(): { busyMs: number; totalMs: number } {
  let idleMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    totalMs += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busyMs: totalMs - idleMs, totalMs };
}

await mkdir(results, { recursive: true });
const loadBefore = loadavg()[0] ?? 0;
const fleet = await startProcessFleet();
try {
  const before = { services: await fleet.times(), machine: machineTimes() };
  await run('locust', [
    ...['-f', 'load/locust/locustfile.py', '--headless', '--host', fleet.url, '--only-summary'],
    ...['--html', join(results, 'report.html'), '--loglevel', 'WARNING', '--exit-code-on-error', '0'],
    ...['--stop-timeout', '30'],
  ]);
  const after = { services: await fleet.times(), machine: machineTimes() };
  const names = Object.keys(after.services) as (keyof typeof after.services)[];
  const measured = {
    cpuMs: Object.fromEntries(
      names.map((name) => [name, after.services[name].totalMs - before.services[name].totalMs]),
    ),
    residentMiB: Object.fromEntries(names.map((name) => [name, after.services[name].residentMiB])),
    machine: {
      cores,
      model: cpus()[0]?.model ?? 'unknown',
      memoryGiB: totalmem() / 2 ** 30,
      node: process.version,
      loadBefore,
      busyShare:
        (after.machine.busyMs - before.machine.busyMs) / (after.machine.totalMs - before.machine.totalMs),
    },
  };
  await writeFile(join(results, 'measured.json'), JSON.stringify(measured, undefined, 2));
} finally {
  await fleet.close();
}
await run('python', ['load/locust/report.py', results, join(root, 'docs', 'benchmarks')]);
console.log(await readFile(join(root, 'docs', 'benchmarks', 'load.md'), 'utf8'));
