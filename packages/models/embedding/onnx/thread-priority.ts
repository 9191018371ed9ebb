import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/**
 * Makes the calling thread, and it alone, yield to others by this niceness, 1 to 19. Linux only, where a priority is a
 * thread's own; elsewhere it would be the process's, and nothing is done. Cannot be taken back without privileges.
 */
export function lowerThreadPriority(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    // The link names whoever reads it: PID/task/TID.
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), niceness);
  } catch (error) {
    // A sandbox that forbids it costs speed, not correctness.
    process.emitWarning(`The embedding threads keep their priority: ${(error as Error).message}`);
  }
}
