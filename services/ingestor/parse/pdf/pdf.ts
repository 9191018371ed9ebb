import { FreshetError } from '@freshet/shared/errors';
import { getDocumentProxy } from 'unpdf';
import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import type { ParsedDocument } from '../blocks.ts';
import { LIMITS, tooMany } from '../limits.ts';
import { toBlocks } from './layout.ts';
import { type Line, toLines } from './lines.ts';
import { readOutline } from './outline.ts';

/** Readers look for the end mark in the last 1024 bytes (ISO 32000-1, annex H); some tools write more after it. */
const TAIL_BYTES = 4096;

/**
 * A PDF's text in the order in which it was drawn. Headings are told by the outline and by the size of the font, tables
 * by gaps in lines that follow one another; what repeats at the edge of pages is left out.
 * @throws {FreshetError} `FRESHET_CONTENT_ENCRYPTED`, `FRESHET_CONTENT_SCANNED`, `FRESHET_CONTENT_TOO_COMPLEX`,
 * `FRESHET_CONTENT_UNREADABLE`
 */
export async function parsePdf(bytes: Uint8Array): Promise<ParsedDocument> {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(-TAIL_BYTES);
  if (!tail.includes('%%EOF')) throw unreadable('The PDF is cut off: it has no end mark.');
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > LIMITS.pdfPages) throw tooMany('pdfPages', 'pages');
    const pages: Line[][] = [];
    for (let number = 1; number <= pdf.numPages; number++) pages.push(await readPage(pdf, number));
    if (pages.every((lines) => lines.length === 0)) throw new FreshetError('FRESHET_CONTENT_SCANNED');
    return toBlocks(pages, { outline: await readOutline(pdf), title: await readTitle(pdf) });
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  try {
    // A copy, and no Buffer: the library detaches what it is given, and takes no Buffer.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (cause) {
    const { name, message } = cause as Error;
    if (name === 'PasswordException') throw new FreshetError('FRESHET_CONTENT_ENCRYPTED', { cause });
    throw unreadable(`The PDF is broken: ${message}`, cause);
  }
}

async function readPage(pdf: PDFDocumentProxy, number: number): Promise<Line[]> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  const [, bottom = 0, , top = 0] = page.view;
  page.cleanup();
  return toLines(items, { bottom, top });
}

async function readTitle(pdf: PDFDocumentProxy): Promise<string | undefined> {
  const { info } = await pdf.getMetadata();
  const title: unknown = (info as { Title?: unknown }).Title;
  // Where nobody gave one, programs put the name of the file there, or a word of their own.
  return typeof title === 'string' &&
    !/\.(docx?|pdf|tex|pptx?|xlsx?|indd)$|^untitled$|^\(anonymous\)$/i.test(title.trim())
    ? title
    : undefined;
}

function unreadable(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail, cause });
}
