import { FreshetError } from '@freshet/shared/errors';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { addRecord } from './records.ts';

/**
 * JSON Lines as one document, a section a record.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, naming the line that is no JSON.
 */
export function parseJsonLines(text: string): ParsedDocument {
  const builder = createBlockBuilder();
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '') addRecord(builder, parseLine(line, index + 1));
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
