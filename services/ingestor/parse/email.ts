import { readContentType } from '@freshet/shared/contracts/media-type';
import { FreshetError, hasCode } from '@freshet/shared/errors';
import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import { type BlockBuilder, createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { LIMITS, tooMany } from './limits.ts';
import type { ParseContext } from './parse.ts';

/** One of these stands in every message (RFC 5322, 3.6); without any it is some other text. */
const EXPECTED = ['from', 'to', 'subject', 'date', 'received', 'message-id', 'mime-version'];
/** What attachments are by their name, where they are sent as bytes of no type. */
const TYPES_BY_EXTENSION: Record<string, string> = {
  md: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  csv: 'text/csv',
  json: 'application/json',
  jsonl: 'application/jsonl',
  eml: 'message/rfc822',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/**
 * An email (RFC 5322, MIME): subject, who, when, the body, and a section for each attachment, forwarded messages among
 * them. An attachment that cannot be read is named and does not spoil the rest.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, `FRESHET_CONTENT_ENCRYPTED`, `FRESHET_CONTENT_TOO_COMPLEX`
 */
export async function parseEmail(bytes: Uint8Array, context: ParseContext): Promise<ParsedDocument> {
  if (context.depth > LIMITS.emailDepth) throw tooMany('emailDepth', 'emails inside one another');
  const email = await PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: 64 });
  if (!email.headers.some(({ key }) => EXPECTED.includes(key))) {
    throw new FreshetError('FRESHET_CONTENT_UNREADABLE', {
      detail: 'The content has no header of an email.',
    });
  }
  refuseEncrypted(email);
  const builder = createBlockBuilder();
  if (email.subject) builder.add('heading', email.subject, 1);
  for (const [name, value] of headersOf(email)) if (value) builder.add('text', `${name}: ${value}`);
  await addBody(builder, email, context);
  const unread: string[] = [];
  for (const attachment of email.attachments) {
    // Images of the signature and the like.
    if (attachment.related && attachment.mimeType.startsWith('image/')) continue;
    const reason = await addAttachment(builder, attachment, context);
    if (reason) unread.push(`${attachment.filename ?? attachment.mimeType} (${reason})`);
  }
  if (unread.length > 0) builder.add('text', `Attachments that were not read: ${unread.join(', ')}`);
  return builder.finish(email.subject);
}

function refuseEncrypted({ headers }: Email): void {
  const type = headers.find(({ key }) => key === 'content-type')?.value.toLowerCase() ?? '';
  if (/^\s*multipart\/encrypted|pkcs7-mime.*enveloped-data/s.test(type))
    throw new FreshetError('FRESHET_CONTENT_ENCRYPTED');
}

function headersOf({ from, to, cc, date }: Email): [string, string | undefined][] {
  return [
    ['From', from && addressText([from])],
    ['To', to && addressText(to)],
    ['Cc', cc && addressText(cc)],
    ['Date', date],
  ];
}

function addressText(addresses: Address[]): string {
  return addresses
    .map(({ name, address, group }) => {
      if (group) return `${name}: ${addressText(group)}`;
      return name && address ? `${name} <${address}>` : name || address;
    })
    .join(', ');
}

async function addBody(
  builder: BlockBuilder,
  { text, html }: Email,
  { parse, depth }: ParseContext,
): Promise<void> {
  const [content, mediaType] = text?.trim() ? [text, 'text/plain'] : [html ?? '', 'text/html'];
  if (content.trim() === '') return;
  try {
    builder.append(await parse({ content, mediaType, depth }), 1);
  } catch (error) {
    // A body of markup alone: the subject and the attachments are still worth reading.
    if (!hasCode(error, 'FRESHET_CONTENT_EMPTY')) throw error;
  }
}

/** Adds a section; or gives the reason why there is none. */
async function addAttachment(
  builder: BlockBuilder,
  { filename, mimeType, content }: Attachment,
  { parse, depth }: ParseContext,
): Promise<string | undefined> {
  const byName = TYPES_BY_EXTENSION[filename?.split('.').at(-1)?.toLowerCase() ?? ''];
  const mediaType = readContentType(mimeType) && mimeType !== 'text/plain' ? mimeType : (byName ?? mimeType);
  if (!readContentType(mediaType)) return mimeType;
  let parsed: ParsedDocument;
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
    parsed = await parse({ content: bytes, mediaType, depth: depth + 1 });
  } catch (error) {
    if (error instanceof FreshetError) return error.code;
    throw error;
  }
  const title = filename ?? parsed.title ?? 'Attachment';
  // A message begins with its subject as its own heading.
  if (mediaType !== 'message/rfc822' || parsed.blocks[0]?.kind !== 'heading')
    builder.add('heading', title, 2);
  builder.append(parsed, mediaType === 'message/rfc822' ? 1 : 2);
  return undefined;
}
