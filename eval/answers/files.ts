import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from '../options.ts';
import { readJsonFile } from '../report/files.ts';
import { answersToMarkdown } from './markdown.ts';
import type { AnswerReport } from './report.ts';

/** Writes `report.json` and `report.md`. */
export async function writeAnswerReport(folder: string, report: AnswerReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'report.json'), `${JSON.stringify(report)}\n`),
    writeFile(join(folder, 'report.md'), answersToMarkdown(report)),
  ]);
}

/** @throws FreshetError FRESHET_REQUEST_INVALID when the file is no report of answers */
export async function readAnswerReport(path: string): Promise<AnswerReport> {
  const report = (await readJsonFile(path)) as AnswerReport | null;
  if (report?.kind !== 'answers' || !Array.isArray(report.results)) {
    throw invalid(`${path}: give the report.json of an evaluation of answers.`);
  }
  return report;
}
