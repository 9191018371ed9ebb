import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { writeReport } from '../report/files.ts';
import { reportOf, resultAt } from './results.ts';

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '..', 'run.ts'), ...args]);

test('two reports are compared on the command line, as a page and as JSON', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-compare-'));
  t.after(() => rm(folder, { recursive: true }));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  await writeReport(a, reportOf([resultAt('q1', 2), resultAt('q2', 1)]));
  await writeReport(b, reportOf([resultAt('q1', 1), resultAt('q2', 1)]));
  const paths = [join(a, 'report.json'), join(b, 'report.json')];
  assert.match((await run('compare', ...paths)).stdout, /Won by nDCG@10: q1\./);
  const { metrics } = JSON.parse((await run('compare', '--json', ...paths)).stdout);
  assert.equal(metrics['recall@1'].difference, 0.5);
});

test('arguments that are wrong are refused in one line', async () => {
  for (const [args, detail] of [
    [['--half', 'both'], /--half is one of dev, test, all/],
    [['--questions', '-1.5'], /--questions/],
    [['--data', '/no/such/folder'], /ENOENT/],
    [['compare', 'one.json'], /compare A\.json B\.json/],
  ] as const) {
    await assert.rejects(run(...args), (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /^freshet: FRESHET_REQUEST_INVALID: .*\n$/);
      assert.match(error.stderr, detail);
      return true;
    });
  }
});
