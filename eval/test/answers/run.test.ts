import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { writeAnswerReport } from '../../answers/files.ts';
import { answered, reportOf } from './results.ts';

const program = join(import.meta.dirname, '..', '..', 'answers', 'run.ts');
const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

test('two reports are compared on the command line', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-compare-'));
  t.after(() => rm(folder, { recursive: true }));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  await writeAnswerReport(a, reportOf([answered('q1', 'no')], 'plain'));
  await writeAnswerReport(b, reportOf([answered('q1', 'yes')], 'tuned'));
  const paths = [join(a, 'report.json'), join(b, 'report.json')];
  const { metrics, decision } = JSON.parse((await run('compare', '--json', ...paths)).stdout);
  assert.equal(metrics.exactMatch.difference, 1);
  assert.equal(decision.by, 'f1');
});

test('arguments that are wrong are refused in one line', async () => {
  for (const [args, detail] of [
    [['--concurrency', 'many'], /--concurrency/],
    [['compare', 'one.json'], /compare A\.json B\.json/],
    [['compare', 'a.json', 'b.json', '--by', 'taste'], /--by is one of exactMatch/],
  ] as const) {
    await assert.rejects(run(...args), (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /^freshet: FRESHET_REQUEST_INVALID: .*\n$/);
      assert.match(error.stderr, detail);
      return true;
    });
  }
});
