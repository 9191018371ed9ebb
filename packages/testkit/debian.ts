import { access, constants, glob } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from './local-process.ts';

export interface ProgramOptions {
  /** Names of the program; the first that is found is taken. */
  names: string[];
  /** A pattern of further folders beside PATH. */
  folders?: string;
  /** Debian packages that bring it; the first that can be installed is, where this runs as root. */
  packages: string[];
}

/** The path of a program. @throws {Error} saying what to install. */
export async function findProgram({ names, folders, packages }: ProgramOptions): Promise<string> {
  const found = await lookUp(names, folders);
  if (found) return found;
  if (process.getuid?.() === 0) {
    for (const name of packages) {
      const isInstalled = await runProgram('apt-get', ['install', '-y', '--no-install-recommends', name], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      }).then(
        () => true,
        () => false,
      );
      const program = isInstalled && (await lookUp(names, folders));
      if (program) return program;
    }
  }
  throw new Error(`${names.join(' or ')} is not installed: apt-get install ${packages.join(' or ')}.`);
}

async function lookUp(names: string[], folders: string | undefined): Promise<string | undefined> {
  const further = folders ? await Array.fromAsync(glob(folders)) : [];
  for (const name of names) {
    for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...further.sort().reverse()]) {
      const path = join(folder, name);
      if (await canRun(path)) return path;
    }
  }
  return undefined;
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
