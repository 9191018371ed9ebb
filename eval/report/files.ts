import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';
import { toMarkdown } from './markdown.ts';
import { toPlot } from './plot.ts';
import type { Report } from './report.ts';

/** Writes `report.json`, `report.md` and `report.svg`. */
export async function writeReport(folder: string, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'report.json'), `${JSON.stringify(report)}\n`),
    writeFile(join(folder, 'report.md'), toMarkdown(report)),
    writeFile(join(folder, 'report.svg'), toPlot(report)),
  ]);
}

/** @throws FreshetError FRESHET_REQUEST_INVALID when the file is no report of a run */
export async function readReport(path: string): Promise<Report> {
  let report: Report;
  try {
    report = JSON.parse(await readFile(path, 'utf8')) as Report;
  } catch (cause) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${path}: ${(cause as Error).message}.`,
      cause,
    });
  }
  if (typeof report?.dataset !== 'string' || !Array.isArray(report.results)) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${path}: give the report.json of an evaluation.`,
    });
  }
  return report;
}
