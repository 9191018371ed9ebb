import { FreshetError } from '@freshet/shared/errors';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { addValue } from './records.ts';

/**
 * One JSON value (RFC 8259): what is nested becomes sections, the rest lines `name: value`. A `title` at the top is
 * the document's.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, `FRESHET_CONTENT_TOO_COMPLEX`
 */
export function parseJson(text: string): ParsedDocument {
  const builder = createBlockBuilder();
  if (text.trim() === '') return builder.finish();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail: 'The content is not JSON.', cause });
  }
  addValue(builder, value);
  const title = (value as { title?: unknown } | null)?.title;
  return builder.finish(typeof title === 'string' ? title : undefined);
}
