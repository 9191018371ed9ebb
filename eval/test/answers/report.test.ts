import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAnswerReport, writeAnswerReport } from '../../answers/files.ts';
import type { AnswerResult } from '../../answers/result.ts';
import { summariseAnswers } from '../../answers/summary.ts';
import { writeReport } from '../../report/files.ts';
import * as retrieval from '../results.ts';
import { answered, failed, refused, reportOf } from './results.ts';

const wrong = answered('q2', 'no', {
  sentences: { supported: 1, partly: 1, unsupported: 2 },
  cited: { passages: 3, evidence: 0 },
  firstDeltaMs: 50,
});
const results = [answered('q1', 'yes'), wrong, refused('q3', { isAnswerable: true }), refused('q4')];

test('each metric asks about its own questions', () => {
  const summary = summariseAnswers(reportOf(results, 'fast'));
  for (const [metric, value] of Object.entries({
    questions: 4,
    unanswerableQuestions: 1,
    exactMatch: 0.5,
    f1: 0.5,
    exactMatchAnswerable: 0.3333,
    answerContained: 0.3333,
    refusedUnanswerable: 1,
    refusedAnswerable: 0.3333,
    supportedShare: 0.4,
    citationPrecision: 0.25,
    citationRecall: 0.5,
    evidenceFound: 1,
    failed: 0,
    tokensPerAnswer: 110,
    usdPerAnswer: 0.001,
    firstDeltaP95Ms: 50,
    route: 'fast',
  })) {
    assert.equal(summary[metric], value, metric);
  }
  assert.deepEqual(summary['refusedUnanswerableCI'], [1, 1]);
});

test('an answer that failed scores nothing, is told by its code, and has no part in the cost of the others', () => {
  const { metrics, failures, answeredBy } = reportOf([answered('q1', 'yes'), failed('q2')]);
  assert.equal(metrics.exactMatch?.mean, 0.5);
  assert.equal(metrics.failed?.mean, 0.5);
  assert.equal(metrics.usdPerAnswer?.mean, 0.001);
  assert.deepEqual(failures, { FRESHET_MODEL_TIMEOUT: 1 });
  assert.deepEqual(answeredBy, { fast: 1 });
});

test('a metric that cannot be measured is null rather than a figure', () => {
  const { costUsd, ...unpriced } = answered('q1', 'yes');
  assert.equal(summariseAnswers(reportOf([unpriced, answered('q2', 'yes')]))['usdPerAnswer'], null);
  const { scores, ...unlabelled } = answered('q1', 'yes');
  const summary = summariseAnswers(reportOf([unlabelled, refused('q2')]));
  assert.deepEqual([summary['exactMatch'], summary['f1'], summary['answerContained']], [null, null, null]);
  assert.equal(summary['citationRecall'], 1);
  assert.equal(summariseAnswers(reportOf([failed('q1')]))['supportedShare'], null);
});

test('sentences of one answer are no independent draws: the interval is that of the answers', () => {
  const long = (id: string, isSupported: boolean): AnswerResult =>
    answered(id, 'yes', {
      sentences: { supported: isSupported ? 100 : 0, partly: 0, unsupported: isSupported ? 0 : 100 },
    });
  const { supportedShare } = reportOf([long('q1', true), long('q2', false)]).metrics;
  assert.deepEqual(supportedShare, { mean: 0.5, low: 0, high: 1 });
});

test('a report is written as JSON and Markdown, and read again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-answers-'));
  t.after(() => rm(folder, { recursive: true }));
  const report = reportOf(results, 'fast');
  await writeAnswerReport(folder, report);
  assert.deepEqual(await readAnswerReport(join(folder, 'report.json')), report);
  const page = await readFile(join(folder, 'report.md'), 'utf8');
  assert.match(page, /^# Answers on set, route `fast`$/m);
  assert.match(page, /^\| refusedUnanswerable \| 1\.000 \(1\.000 to 1\.000\) \|/m);
});

test('a file that is no report of answers is refused by its name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-answers-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'report.json');
  const refusal = { code: 'FRESHET_REQUEST_INVALID', message: /report\.json/ };
  for (const content of ['{', 'null', '[1]', '{"kind":"answers"}']) {
    await writeFile(path, content);
    await assert.rejects(readAnswerReport(path), refusal);
  }
  await writeReport(folder, retrieval.reportOf([retrieval.resultAt('q1', 1)]));
  await assert.rejects(readAnswerReport(path), refusal);
});
