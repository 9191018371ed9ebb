import { readdir, readFile } from 'node:fs/promises';

/** Kernel ticks a second, `getconf CLK_TCK`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessTimes {
  /** Processor time of the whole process, user and system, in milliseconds. */
  totalMs: number;
  /** The part of it that the main thread took, where JavaScript of the service itself runs. */
  mainThreadMs: number;
  /** The part of it that each kind of thread took, by the name that the kernel knows the thread by. */
  threadsMs: Record<string, number>;
  /** How long the main thread was ready to run and had no core; NaN where the kernel does not count it. */
  waitedMs: number;
  /** Resident memory in MiB. */
  residentMiB: number;
}

/** What a process has used since its start, from /proc: Linux only. A tick is 10 ms, so short spans say little. */
export async function readProcessTimes(pid: number): Promise<ProcessTimes> {
  const [total, main, schedule, status, threadsMs] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/status`, 'utf8'),
    readThreads(pid),
  ]);
  return {
    totalMs: milliseconds(total),
    mainThreadMs: milliseconds(main),
    threadsMs,
    // Time on a core and time without one, both in nanoseconds, and the number of turns.
    waitedMs: Number(schedule.split(' ')[1]) / 1e6,
    residentMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
  };
}

async function readThreads(pid: number): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue; // it has ended since
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    times[name] = (times[name] ?? 0) + milliseconds(stat);
  }
  return times;
}

/** Fields 14 and 15 of proc(5), utime and stime. The name before them may hold blanks and brackets. */
function milliseconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}
