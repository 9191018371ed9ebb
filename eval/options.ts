import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FreshetError } from '@freshet/shared/errors';
import type { SampleSize } from './sampling.ts';

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
