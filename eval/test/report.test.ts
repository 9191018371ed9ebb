import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readReport, writeReport } from '../report/files.ts';
import { summarise } from '../report/summary.ts';
import { reportOf, resultAt } from './results.ts';

const results = [resultAt('q1', 1, 0.9), resultAt('q2', 3, 0.4), resultAt('q3', undefined, 0.4)];

test('a summary has each metric with its interval, and how well the score tells what has an answer', () => {
  const summary = summarise(reportOf(results));
  assert.equal(summary['questions'], 2);
  assert.equal(summary['recall@1'], 0.5);
  assert.deepEqual(summary['recall@1CI'], [0, 1]);
  assert.deepEqual(summary['recall@5CI'], [1, 1]);
  assert.equal(summary['answerableAuroc'], 0.75);
  assert.equal(summary['answerableSignal'], 'confidence');
  assert.equal(summary['retrieveP50Ms'], 10);
  assert.equal(summary['passages'], 'this set labels no passages');
});

test('a set without unanswerable questions has no ROC area', () => {
  assert.ok(!('answerableAuroc' in summarise(reportOf(results.slice(0, 2)))));
});

test('passages have metrics of their own where the set labels them', () => {
  const [first] = results;
  const report = reportOf([{ ...first!, passageScores: resultAt('q1', 2).scores! }]);
  assert.equal(report.byPassage?.['recall@1'].mean, 0);
  assert.equal(report.byPassage?.['mrr@10'].mean, 0.5);
});

test('a report is written as JSON, Markdown and a plot, and read again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-report-'));
  t.after(() => rm(folder, { recursive: true }));
  const report = reportOf(results, '<set> & more');
  await writeReport(folder, report);
  assert.deepEqual(await readReport(join(folder, 'report.json')), report);
  assert.match(
    await readFile(join(folder, 'report.md'), 'utf8'),
    /\| recall@5 \| 1\.000 \(1\.000 to 1\.000\) \| not labelled \|/,
  );
  const plot = await readFile(join(folder, 'report.svg'), 'utf8');
  assert.ok(plot.startsWith('<svg ') && plot.includes('&#60;set&#62; &#38; more'));
  assert.equal(plot.match(/<circle /g)?.length, 5);
});

test('a file that is no report is refused by its name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-report-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const content of ['{', '{}', 'null', '[1]']) {
    const path = join(folder, 'report.json');
    await writeFile(path, content);
    await assert.rejects(readReport(path), { code: 'FRESHET_REQUEST_INVALID', message: /report\.json/ });
  }
  await assert.rejects(readReport(join(folder, 'missing.json')), { code: 'FRESHET_REQUEST_INVALID' });
});
