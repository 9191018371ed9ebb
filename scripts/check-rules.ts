import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Checks and tests deploy/observability/rules.yaml with Prometheus' own promtool, which it looks for in TOOLS_DIR and
 * on PATH. Where there is none it says so and passes: no developer needs Prometheus for anything else here.
 */
const folder = fileURLToPath(new URL('../deploy/observability/', import.meta.url));
const { TOOLS_DIR = '', PATH = '' } = process.env;
const promtool = [TOOLS_DIR, ...PATH.split(delimiter)]
  .filter((place) => place !== '')
  .map((place) => join(place, 'promtool'))
  .find((path) => existsSync(path));

if (promtool === undefined) {
  console.log(
    'SKIPPED: the rules of Prometheus were not checked, for there is no promtool in TOOLS_DIR or on PATH.',
  );
} else {
  for (const args of [
    ['check', 'rules', 'rules.yaml'],
    ['test', 'rules', 'rules.test.yaml'],
  ]) {
    console.log(`promtool ${args.join(' ')}`);
    const { status, error } = spawnSync(promtool, args, { cwd: folder, stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) process.exitCode = 1;
  }
}
