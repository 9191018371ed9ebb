import { fetchArchive } from './fetch-archive.ts';
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
    fetch: ({ maven }, files, { signal }) =>
      fetchArchive(files, {
        command,
        toArguments: (folder) => ['-q', '-B', goal, `-Dartifact=${maven}`, `-DoutputDirectory=${folder}`],
        kind: 'jar',
        extension: '.jar',
        timeoutMs,
        signal,
      }),
  };
}
