import type { MediaType } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { ParsedDocument } from './blocks.ts';
import { parseHtml } from './html.ts';
import { parseJsonLines } from './json-lines.ts';
import { parseMarkdown } from './markdown.ts';
import { parsePlainText } from './plain-text.ts';

const parsers: Record<MediaType, (content: string) => ParsedDocument> = {
  'text/markdown': parseMarkdown,
  'text/html': parseHtml,
  'text/plain': parsePlainText,
  'application/jsonl': parseJsonLines,
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: that these have no place in text is the rule.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * A document's content as normalised text and blocks: line ends become LF; a byte order mark, control characters
 * and lone surrogates, which stores and tokenizers treat each in their own way, do not survive.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, `FRESHET_CONTENT_EMPTY`.
 */
export function parse(content: string, mediaType: MediaType): ParsedDocument {
  const clean = content
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, ' ')
    .toWellFormed();
  const parsed = tryParse(clean, mediaType);
  if (parsed.blocks.length === 0) throw new FreshetError('FRESHET_CONTENT_EMPTY');
  return parsed;
}

function tryParse(content: string, mediaType: MediaType): ParsedDocument {
  try {
    return parsers[mediaType](content);
  } catch (cause) {
    if (cause instanceof FreshetError) throw cause;
    // Foremost a RangeError: markup nested so deep that a parser runs out of stack.
    const { message } = cause as Error;
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail: `${mediaType}: ${message}`, cause });
  }
}
