export interface Report {
  /** Runs a check and counts it; a check that fails is reported, and the others go on. */
  check(name: string, run: () => Promise<unknown>): Promise<boolean>;
  note(line: string): void;
  /** The last line, and the exit code that goes with it. */
  finish(): { line: string; exitCode: number };
}

export function createReport(print: (line: string) => void): Report {
  let passed = 0;
  let failed = 0;
  return {
    async check(name, run) {
      const start = performance.now();
      const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
      try {
        await run();
        passed++;
        print(`ok      ${name} (${seconds()})`);
        return true;
      } catch (error) {
        failed++;
        print(`FAILED  ${name} (${seconds()})\n${indent((error as Error).message)}`);
        return false;
      }
    },
    note: (line) => print(`        ${line}`),
    finish: () => ({ line: `${passed} passed, ${failed} failed`, exitCode: failed === 0 ? 0 : 1 }),
  };
}

const indent = (text: string) => text.replaceAll(/^/gm, '        ');
