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
  const report = (await readJsonFile(path)) as Report | null;
  if (typeof report?.dataset !== 'string' || !Array.isArray(report.results) || !('byDocument' in report)) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${path}: give the report.json of an evaluation of retrieval.`,
    });
  }
  return report;
}

/** @throws FreshetError FRESHET_REQUEST_INVALID when the file cannot be read or is no JSON */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${path}: ${(cause as Error).message}.`,
      cause,
    });
  }
}
