import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { parse } from '../../parse/parse.ts';
import { DOCX, PDF, PPTX, XLSX } from './samples/media-types.ts';
import {
  docxParts,
  handbookDocx,
  handbookPptx,
  handbookXlsx,
  paragraph,
  xlsxParts,
  zipOf,
} from './samples/office.ts';
import { handbookPdf, makePdf } from './samples/pdf.ts';

const refused = (content: string | Uint8Array, mediaType: string, code: string, message = /./) =>
  assert.rejects(parse({ content, mediaType }), { code: `FRESHET_${code}`, message });
const latin = (text: string) => Buffer.from(text, 'latin1');
const textOf = async (content: string | Uint8Array, mediaType: string) =>
  (await parse({ content, mediaType })).text;

test('bytes of text are read in the charset that is named, and a byte order mark decides', async () => {
  assert.equal(await textOf(latin('caf\xe9'), 'text/plain; charset=iso-8859-1'), 'café');
  assert.equal(await textOf(latin('caf\xe9'), 'text/plain;charset="Windows-1252"'), 'café');
  assert.equal(await textOf(Buffer.from('東京'), 'text/plain'), '東京');
  assert.equal(await textOf(Buffer.from('\ufeffcafé', 'utf16le'), 'text/plain; charset=iso-8859-1'), 'café');
  assert.equal(await textOf(Buffer.from('\ufeffa,é', 'utf8'), 'text/csv; charset=iso-8859-1'), 'a | é');
  assert.equal(await textOf(latin('<meta charset="iso-8859-1"><p>caf\xe9'), 'text/html'), 'café');
});

test('bytes in another charset than the one that is named are refused, not garbled', async () => {
  await refused(latin('caf\xe9 au lait'), 'text/plain', 'CONTENT_CHARSET_INVALID', /utf-8/);
  await refused(latin('caf\xe9'), 'text/html; charset=utf-8', 'CONTENT_CHARSET_INVALID');
  await refused(Buffer.from('text'), 'text/plain; charset=klingon', 'CONTENT_CHARSET_INVALID', /klingon/);
  await refused(Buffer.from('no mark here, alas', 'utf16le'), 'text/plain', 'CONTENT_MISLABELLED');
});

test('bytes that contradict the media type are refused, saying what they are', async () => {
  const pdf = await handbookPdf();
  for (const [content, mediaType, what] of [
    [pdf, 'text/plain', /PDF/],
    [Buffer.from(pdf).toString('latin1'), 'text/markdown', /PDF/],
    [pdf, DOCX, /PDF/],
    [handbookDocx(), PDF, /zip/],
    [handbookDocx(), 'text/csv', /zip/],
    [handbookDocx(), XLSX, /Word/],
    [handbookPptx(), DOCX, /presentation/],
    [handbookXlsx(), PPTX, /workbook/],
    [zipOf({ 'a.txt': 'x' }), DOCX, /zip/],
    [latin('\x89PNG\r\n\x1a\n'), 'text/html', /image/],
    [Buffer.alloc(100), 'text/plain', /binary/],
    [latin(`\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${'\0'.repeat(600)}`), XLSX, /before 2007/],
    [Buffer.from('plain words'), PDF, /application\/pdf/],
  ] as [string | Uint8Array, string, RegExp][]) {
    await refused(content, mediaType, 'CONTENT_MISLABELLED', what);
  }
  assert.match(await textOf(Buffer.from('A file starts with %PDF-1.7.'), 'text/plain'), /%PDF/);
});

test('encrypted documents are refused as such', async () => {
  await refused(await makePdf((pdf) => pdf.text('x'), { password: 'pw' }), PDF, 'CONTENT_ENCRYPTED');
  const container = Buffer.concat([
    latin(`\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${'\0'.repeat(600)}`),
    Buffer.from('EncryptedPackage', 'utf16le'),
  ]);
  await refused(container, DOCX, 'CONTENT_ENCRYPTED');
  const zip = Buffer.from(handbookDocx());
  // The flag of encryption, in the directory's entry of each file (APPNOTE, 4.3.12).
  for (let at = zip.indexOf('PK\x01\x02'); at !== -1; at = zip.indexOf('PK\x01\x02', at + 1))
    zip[at + 8]! |= 1;
  await refused(zip, DOCX, 'CONTENT_ENCRYPTED');
  const email = 'From: a@b.c\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMII=';
  await refused(email, 'message/rfc822', 'CONTENT_ENCRYPTED');
});

test('a PDF of pictures is refused as a scan', async () => {
  await refused(await makePdf((pdf) => pdf.rect(0, 0, 100, 100).fill()), PDF, 'CONTENT_SCANNED');
});

test('empty content, and documents that say nothing, are refused as empty', async () => {
  for (const mediaType of [PDF, DOCX, PPTX, XLSX, 'text/csv', 'message/rfc822', 'text/plain']) {
    await refused(new Uint8Array(), mediaType, 'CONTENT_EMPTY');
  }
  await refused(zipOf(docxParts(paragraph(' '))), DOCX, 'CONTENT_EMPTY');
  await refused(zipOf(xlsxParts([{ name: 'S', rows: '' }])), XLSX, 'CONTENT_EMPTY');
});

test('half a file is refused as unreadable', async () => {
  for (const [content, mediaType] of [
    [await handbookPdf(), PDF],
    [handbookDocx(), DOCX],
    [handbookPptx(), PPTX],
    [handbookXlsx(), XLSX],
  ] as const) {
    await refused(content.slice(0, content.length / 2), mediaType, 'CONTENT_UNREADABLE', /cut off/);
  }
  await refused('just words', 'message/rfc822', 'CONTENT_UNREADABLE');
});

test('an archive that unpacks to too much is refused before it is unpacked', async () => {
  const parts = Object.entries(docxParts(paragraph('x'))).map(
    ([name, text]) => [name, strToU8(text)] as const,
  );
  const bomb = zipSync({
    ...Object.fromEntries(parts),
    'word/media/a.bin': new Uint8Array(80 * 1024 * 1024),
  });
  assert.ok(bomb.length < 128 * 1024);
  await refused(bomb, DOCX, 'CONTENT_BOMB');
  const dense = { ...docxParts(paragraph('x')), 'word/document.xml': ' '.repeat(4 * 1024 * 1024) };
  await refused(zipOf(dense), DOCX, 'CONTENT_BOMB');
  const many = Object.fromEntries(Array.from({ length: 5_001 }, (_, i) => [`f${i}`, '']));
  await refused(zipOf({ ...docxParts(''), ...many }), DOCX, 'CONTENT_TOO_COMPLEX', /5,000/);
});

test('an archive that lies about what it unpacks to is stopped while it is unpacked', async () => {
  const zip = Buffer.from(zipOf(docxParts(paragraph('x'.repeat(500_000)))));
  for (let at = zip.indexOf('PK\x01\x02'); at !== -1; at = zip.indexOf('PK\x01\x02', at + 1)) {
    if (zip.subarray(at + 46, at + 63).toString() === 'word/document.xml') zip.writeUInt32LE(1_000, at + 24);
  }
  await refused(zip, DOCX, 'CONTENT_BOMB');
});

test('XML that defines entities, is nested without end or is not well-formed is refused', async () => {
  const withBody = (document: string) => zipOf({ ...docxParts(''), 'word/document.xml': document });
  const entities = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>`;
  await refused(withBody(entities), DOCX, 'CONTENT_BOMB', /entities/);
  await refused(withBody('<a>'.repeat(10_000)), DOCX, 'CONTENT_TOO_COMPLEX', /256/);
  await refused(withBody('<a><b></a>'), DOCX, 'CONTENT_UNREADABLE');
  const sheet = { ...xlsxParts([{ name: 'S', rows: '' }]), 'xl/worksheets/sheet1.xml': entities };
  await refused(zipOf(sheet), XLSX, 'CONTENT_BOMB');
});

test('too many cells, pages, levels and characters are refused, naming the limit', async () => {
  await refused('a,b\n'.repeat(100_001), 'text/csv', 'CONTENT_TOO_COMPLEX', /200,000 cells/);
  // Varied, or it would be dense enough to be taken for a bomb.
  const cells = Array.from({ length: 200_001 }, (_, i) => `<c><v>${(i * 7919) % 99_991}</v></c>`);
  const rows = `<row>${cells.join('')}</row>`;
  await refused(zipOf(xlsxParts([{ name: 'S', rows }])), XLSX, 'CONTENT_TOO_COMPLEX', /200,000 cells/);
  const diagonal = Array.from({ length: 2_000 }, (_, i) => {
    const column = [...(i + 18_278).toString(26)]
      .map((digit) => String.fromCharCode(65 + Number.parseInt(digit, 26)))
      .join('')
      .slice(-3);
    return `<row r="${i + 1}"><c r="A${i + 1}"><v>1</v></c><c r="${column}${i + 1}"><v>1</v></c></row>`;
  });
  await refused(zipOf(xlsxParts([{ name: 'S', rows: diagonal.join('') }])), XLSX, 'CONTENT_TOO_COMPLEX');
  const pages = await makePdf((pdf) => {
    for (let i = 0; i < 2_000; i++) pdf.addPage();
  });
  await refused(pages, PDF, 'CONTENT_TOO_COMPLEX', /2,000 pages/);
  const nested = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;
  await refused(nested, 'application/json', 'CONTENT_TOO_COMPLEX', /100 levels/);
  await refused('x'.repeat(4 * 1024 * 1024 + 1), 'text/plain', 'CONTENT_TOO_COMPLEX', /4,194,304/);
});

test('a media type that is not read is named with those that are', async () => {
  await refused('x', 'application/msword', 'CONTENT_UNREADABLE', /application\/pdf/);
  await refused('text', PDF, 'CONTENT_ENCODING_INVALID');
});
