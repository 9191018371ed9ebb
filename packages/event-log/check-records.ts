import { FreshetError } from '@freshet/shared/errors';
import type { LogRecord } from './index.ts';

/**
 * Throws FRESHET_EVENT_INVALID, naming the first record that no adapter could give back as it was. Lone surrogates
 * have no UTF-8, and an empty key would let compaction fold unrelated records into one.
 */
export function checkRecords(records: readonly LogRecord[]): void {
  for (const [index, { key, value, headers }] of records.entries()) {
    if (typeof key !== 'string' || key === '') refuse(index, 'needs a key that is not empty');
    if (!key.isWellFormed()) refuse(index, 'has a key that is no well-formed Unicode');
    if (value !== null && !Buffer.isBuffer(value)) refuse(index, 'needs a Buffer or null as its value');
    for (const [name, text] of Object.entries(headers)) {
      if (typeof text !== 'string') refuse(index, `needs a string as header ${JSON.stringify(name)}`);
      if (!name.isWellFormed() || !text.isWellFormed()) {
        refuse(index, `has header ${JSON.stringify(name)}, which is no well-formed Unicode`);
      }
    }
  }
}

function refuse(index: number, reason: string): never {
  throw new FreshetError('FRESHET_EVENT_INVALID', { detail: `Record ${index} ${reason}.` });
}
