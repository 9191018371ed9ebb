import { FreshetError } from '@freshet/shared/errors';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';

/** Fields that name a record, best first. */
const NAMES = ['title', 'name', 'subject', 'id', '_id'];

/**
 * JSON Lines as one document: each record a section under its title, each field a line `name: value`.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, naming the line that is no JSON.
 */
export function parseJsonLines(text: string): ParsedDocument {
  const builder = createBlockBuilder();
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const record = parseLine(line, index + 1);
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      builder.add('text', plain(record));
      return;
    }
    const fields = Object.entries(record as Record<string, unknown>);
    const name = NAMES.find((field) => typeof (record as Record<string, unknown>)[field] === 'string');
    if (name) builder.add('heading', String((record as Record<string, unknown>)[name]), 2);
    for (const [field, value] of fields) {
      if (field !== name) builder.add('text', `${field}: ${plain(value)}`);
    }
  });
  return builder.finish();
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail: `Line ${number} is not JSON.`, cause });
  }
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
