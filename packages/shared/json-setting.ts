import { readFile } from 'node:fs/promises';
import type { Static, TSchema } from 'typebox';
import { FreshetError } from './errors.ts';
import type { Validator } from './validation.ts';

/**
 * The value of a variable that holds JSON.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming the variable and the path of what is wrong.
 */
export function parseJsonSetting<Schema extends TSchema>(
  name: string,
  json: string,
  validator: Validator<Schema>,
): Static<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `${name} is not JSON.`, cause });
  }
  if (validator.check(value)) return value;
  const [first] = validator.errors(value);
  throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `${name}: ${first?.path} ${first?.detail}` });
}

/**
 * What stands in a JSON file that a variable names, unchecked.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming variable and file.
 */
export async function readJsonFile(name: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = (cause as Error).message.split('\n', 1)[0] ?? 'cannot be read';
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `${name} ${file}: ${reason}`, cause });
  }
}
