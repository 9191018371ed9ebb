import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FreshetError } from '@freshet/shared/errors';
import type { SampleSize } from './sampling.ts';

/** What is evaluated, and where the report goes; those of every evaluation of a labelled corpus. */
export const corpusOptions = {
  data: { type: 'string', default: join(import.meta.dirname, 'sample') },
  half: { type: 'string', default: 'test' },
  index: { type: 'string', default: 'sqlite' },
  questions: { type: 'string' },
  distractors: { type: 'string', default: '0' },
  'embed-questions': { type: 'boolean', default: false },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Evaluates where there is no command, and compares two reports where that is asked for. */
export async function runCommand(
  [command, ...paths]: readonly string[],
  { evaluate, compare }: { evaluate: () => Promise<void>; compare: (paths: string[]) => Promise<void> },
): Promise<void> {
  if (command === undefined) await evaluate();
  else if (command === 'compare' && paths.length === 2) await compare(paths);
  else {
    throw invalid(`Give no command, or compare A.json B.json; this is ${[command, ...paths].join(' ')}.`);
  }
}

/** @throws FreshetError FRESHET_REQUEST_INVALID for an option that is not there, in one line */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (cause) {
    throw invalid((cause as Error).message.replaceAll('\n', ' '), cause);
  }
}

export function oneOf<T extends string>(choices: readonly T[], value: string, option: string): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw invalid(`${option} is one of ${choices.join(', ')}.`);
  return choice;
}

export function wholeNumber(value: string, option: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalid(`${option} is a whole number.`);
  return Number(value);
}

/** `undefined` where the whole set is asked. */
export function sampleSize({
  questions,
  distractors,
}: {
  questions?: string | undefined;
  distractors: string;
}): SampleSize | undefined {
  if (questions === undefined) return undefined;
  return {
    questions: wholeNumber(questions, '--questions'),
    distractors: wholeNumber(distractors, '--distractors'),
  };
}

export function invalid(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_REQUEST_INVALID', { detail, ...(cause === undefined ? {} : { cause }) });
}
