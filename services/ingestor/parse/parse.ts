import { isBinary, MEDIA_TYPES, type MediaType, readContentType } from '@freshet/shared/contracts/media-type';
import { FreshetError } from '@freshet/shared/errors';
import type { ParsedDocument } from './blocks.ts';
import { cleanText } from './clean-text.ts';
import { decodeText } from './decode-text.ts';
import { refuseBinaryText, refuseMislabelledBytes } from './sniff.ts';

export interface ContentToParse {
  /** Text, or bytes in the charset that the media type names. */
  content: string | Uint8Array;
  /** With its parameters. */
  mediaType: string;
  /** Emails around this one. */
  depth?: number;
}

type TextParser = (text: string) => ParsedDocument;
type BytesParser = (bytes: Uint8Array, context: ParseContext) => Promise<ParsedDocument>;

/** For formats that hold documents of other formats. */
export interface ParseContext {
  depth: number;
  parse: (content: ContentToParse) => Promise<ParsedDocument>;
}

type TextType = Exclude<MediaType, `application/pdf` | `application/vnd.${string}` | 'message/rfc822'>;

/** Each format's libraries are loaded when the first document of it comes. */
const textParsers: Record<TextType, () => Promise<TextParser>> = {
  'text/markdown': async () => (await import('./markdown.ts')).parseMarkdown,
  'text/html': async () => (await import('./html.ts')).parseHtml,
  'text/plain': async () => (await import('./plain-text.ts')).parsePlainText,
  'text/csv': async () => (await import('./csv.ts')).parseCsv,
  'application/json': async () => (await import('./json.ts')).parseJson,
  'application/jsonl': async () => (await import('./json-lines.ts')).parseJsonLines,
};

const bytesParsers: Record<Exclude<MediaType, TextType>, () => Promise<BytesParser>> = {
  'message/rfc822': async () => (await import('./email.ts')).parseEmail,
  'application/pdf': async () => (await import('./pdf/pdf.ts')).parsePdf,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': async () =>
    (await import('./office/docx.ts')).parseDocx,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': async () =>
    (await import('./office/pptx.ts')).parsePptx,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': async () =>
    (await import('./office/xlsx.ts')).parseXlsx,
};

/**
 * A document's content as normalised text and blocks.
 * @throws {FreshetError} of status 422, with the code that says what is wrong with the content.
 */
export async function parse({ content, mediaType, depth = 0 }: ContentToParse): Promise<ParsedDocument> {
  const type = readContentType(mediaType);
  if (!type) {
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', {
      detail: `${mediaType} is not read; these are: ${MEDIA_TYPES.join(', ')}.`,
    });
  }
  if (content.length === 0) throw new FreshetError('FRESHET_CONTENT_EMPTY');
  const parsed = await tryParse(content, { ...type, depth });
  if (parsed.blocks.length === 0) throw new FreshetError('FRESHET_CONTENT_EMPTY');
  return parsed;
}

async function tryParse(
  content: string | Uint8Array,
  { mediaType, charset, depth }: { mediaType: MediaType; charset: string | undefined; depth: number },
): Promise<ParsedDocument> {
  try {
    if (typeof content !== 'string') refuseMislabelledBytes(content, mediaType);
    if (mediaType in bytesParsers) {
      const parseBytes = await bytesParsers[mediaType as keyof typeof bytesParsers]();
      const bytes = typeof content === 'string' ? toBytes(content, mediaType) : content;
      return await parseBytes(bytes, { depth, parse });
    }
    const text = typeof content === 'string' ? content : decodeText(content, mediaType, charset);
    refuseBinaryText(text, mediaType);
    return (await textParsers[mediaType as TextType]())(cleanText(text));
  } catch (cause) {
    if (cause instanceof FreshetError) throw cause;
    // Foremost a RangeError: markup nested so deep that a parser runs out of stack.
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail: `${mediaType}: ${message}`, cause });
  }
}

function toBytes(content: string, mediaType: MediaType): Uint8Array {
  if (!isBinary(mediaType)) return Buffer.from(content);
  throw new FreshetError('FRESHET_CONTENT_ENCODING_INVALID', { detail: `${mediaType} is bytes, not text.` });
}
