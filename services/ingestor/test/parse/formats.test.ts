import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../parse/parse.ts';
import { makeEmail } from './samples/email.ts';
import { DOCX, PDF, PPTX, XLSX } from './samples/media-types.ts';
import {
  docxParts,
  handbookDocx,
  handbookPptx,
  handbookXlsx,
  paragraph,
  pptxParts,
  shape,
  wordTable,
  xlsxParts,
  zipOf,
} from './samples/office.ts';
import { handbookPdf, makePdf } from './samples/pdf.ts';

/** Blocks as `kind: text`, a heading with its level. */
async function blocksOf(content: string | Uint8Array, mediaType: string): Promise<string[]> {
  const { text, blocks } = await parse({ content, mediaType });
  return blocks.map(({ kind, level, span }) => `${kind}${level || ''}: ${text.slice(span.start, span.end)}`);
}

test('PDF: large lines are headings, gaps make tables, lines are paragraphs again', async () => {
  const content = await handbookPdf();
  assert.equal((await parse({ content, mediaType: PDF })).title, 'Handbook');
  assert.deepEqual(await blocksOf(content, PDF), [
    'heading1: Leave policy',
    'text: Everybody has thirty days of leave a year. Ask your lead two weeks ahead, and name who stands in for you while you are away.',
    'text: Leave that is left over ends in March.',
    'heading2: Special leave',
    'table: Reason | Days\nWedding | 2\nMoving house | 1',
    'item: • Tell your team',
    'item: • Set a notice',
  ]);
});

test('PDF: the outline tells headings that the font does not', async () => {
  const content = await makePdf((pdf) => pdf.text('1.2 Scope').moveDown().text('All of it.'), {
    outline: ['Scope'],
  });
  assert.deepEqual(await blocksOf(content, PDF), ['heading1: 1.2 Scope', 'text: All of it.']);
});

test('PDF: what most pages repeat at their edge goes, and a sentence goes on over a page', async () => {
  const content = await makePdf((pdf) => {
    ['A sentence that goes', 'on over pages', 'and ends here.'].forEach((text, i) => {
      if (i > 0) pdf.addPage();
      pdf
        .text('ACME handbook', 72, 30)
        .text(`Page ${i + 1}`, 300, 30)
        .text(text, 72, 200);
    });
  });
  assert.deepEqual(await blocksOf(content, PDF), ['text: A sentence that goes on over pages and ends here.']);
});

test('DOCX: headings, lists, tables and the title; not what was deleted', async () => {
  assert.deepEqual(await blocksOf(handbookDocx(), DOCX), [
    'heading1: Leave policy',
    'text: Ask your lead.',
    'heading2: Days',
    'table: Reason | Days\nWedding | 2',
  ]);
  assert.equal((await parse({ content: handbookDocx(), mediaType: DOCX })).title, 'Handbook');
  const tracked =
    '<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>';
  assert.deepEqual(await blocksOf(zipOf(docxParts(tracked)), DOCX), ['text: kept']);
});

test('PPTX: a section a slide, items nested, tables, notes; hidden slides and the frame go', async () => {
  assert.deepEqual(await blocksOf(handbookPptx(), PPTX), [
    'heading2: Leave policy',
    'text: For everybody',
    'heading2: Special leave',
    'item: - Ask your lead',
    'item: - Two weeks ahead',
    'table: Reason | Days\nWedding | 2',
    'text: Notes: Say that March is the end.',
  ]);
  const untitled = zipOf(pptxParts([{ shapes: shape(['text']) }]));
  assert.deepEqual(await blocksOf(untitled, PPTX), ['heading2: Slide 1', 'text: text']);
});

test('XLSX: a section a sheet, values as they are shown, tables parted by empty rows', async () => {
  assert.deepEqual(await blocksOf(handbookXlsx(), XLSX), [
    'heading2: Leave',
    'text: Leave of 2026',
    'table: Name | From | Share\nAda L. | 2026-01-01 | 50%\nBo | 2026-01-02 | TRUE',
    'table: 0.3 | 2.5',
  ]);
});

test('CSV: the delimiter is told from the content, and quoted cells keep what they hold', async () => {
  assert.deepEqual(await blocksOf('a;b\r\n1;"x;\n""y"""\r\n\r\n', 'text/csv'), ['table: a | b\n1 | x; "y"']);
  assert.deepEqual(await blocksOf('a\tb\n1\t2,5\n', 'text/csv'), ['table: a | b\n1 | 2,5']);
  await assert.rejects(blocksOf('a,b\n1,"open', 'text/csv'), {
    code: 'FRESHET_CONTENT_UNREADABLE',
    message: /Row 2/,
  });
});

test('JSON: what is nested stands in sections, records under their name', async () => {
  const value = {
    title: 'Plan',
    sizes: [1, 2],
    team: { lead: 'Ada', people: [{ name: 'Bo', age: 7 }] },
    none: null,
  };
  assert.deepEqual(await blocksOf(JSON.stringify(value), 'application/json'), [
    'text: title: Plan',
    'text: sizes: 1, 2',
    'heading2: team',
    'text: lead: Ada',
    'heading3: people',
    'heading4: Bo',
    'text: age: 7',
  ]);
  await assert.rejects(blocksOf('{"a":', 'application/json'), { code: 'FRESHET_CONTENT_UNREADABLE' });
});

test('email: headers, body, and attachments as sections; what cannot be read is named', async () => {
  const forwarded = makeEmail('Inner', [{ type: 'text/html', content: '<p>forwarded <b>body</b></p>' }]);
  const email = makeEmail('Leave', [
    { type: 'text/plain; charset=utf-8', content: 'Hello 😀' },
    { type: 'application/octet-stream', name: 'x.docx', content: handbookDocx() },
    { type: 'image/png', name: 'a.png', content: new Uint8Array([1, 2]) },
    { type: PDF, name: 'b.pdf', content: handbookDocx() },
    { type: 'message/rfc822', content: forwarded },
  ]);
  assert.deepEqual(await blocksOf(email, 'message/rfc822'), [
    'heading1: Leave',
    'text: From: Jürgen <j@example.org>',
    'text: To: Ada <ada@example.org>, bo@example.org',
    'text: Date: 2026-01-05T09:00:00.000Z',
    'text: Hello 😀',
    'heading2: x.docx',
    'heading3: Leave policy',
    'text: Ask your lead.',
    'heading4: Days',
    'table: Reason | Days\nWedding | 2',
    'heading2: Inner',
    'text: From: Jürgen <j@example.org>',
    'text: To: Ada <ada@example.org>, bo@example.org',
    'text: Date: 2026-01-05T09:00:00.000Z',
    'text: forwarded body',
    'text: Attachments that were not read: a.png (image/png), b.pdf (FRESHET_CONTENT_MISLABELLED)',
  ]);
});

test('email: messages inside one another are read so deep and named beyond', async () => {
  let email = 'Subject: Level 9\r\n\r\nbody 9';
  for (let level = 8; level >= 0; level--) {
    email = makeEmail(`Level ${level}`, [{ type: 'message/rfc822', content: email }]);
  }
  const { text } = await parse({ content: email, mediaType: 'message/rfc822' });
  assert.match(text, /Level 5/);
  assert.doesNotMatch(text, /body 9/);
  assert.match(text, /FRESHET_CONTENT_TOO_COMPLEX/);
});

const large = Array.from({ length: 200 }, (_, i) => [`Item ${i}`, `${i * 7}`, `2026-01-${(i % 28) + 1}`]);
const columns = ['Article', 'Amount', 'Delivered'];
const csv = (rows: readonly string[][]) => rows.map((row) => row.join(',')).join('\n');
const markdown = (rows: readonly string[][]) =>
  rows.map((row, i) => `| ${row.join(' | ')} |${i === 0 ? '\n|---|---|---|' : ''}`).join('\n');
const cells = (rows: readonly string[][]) =>
  rows.map((row) => `<row>${row.map((cell) => `<c t="str"><v>${cell}</v></c>`).join('')}</row>`).join('');

for (const [mediaType, write] of [
  ['text/csv', csv],
  ['text/markdown', markdown],
  [DOCX, (rows) => zipOf(docxParts(wordTable(rows)))],
  [XLSX, (rows) => zipOf(xlsxParts([{ name: 'S', rows: cells(rows) }]))],
] as [string, (rows: string[][]) => string | Uint8Array][]) {
  test(`${mediaType}: each part of a large table stands under its header, and no row is lost`, async () => {
    const blocks = await blocksOf(write([columns, ...large]), mediaType);
    const tables = blocks.filter((block) => block.startsWith('table: '));
    assert.ok(tables.length > 5);
    for (const table of tables) assert.match(table, /^table: Article \| Amount \| Delivered\nItem /);
    const rows = tables.flatMap((table) => table.split('\n').slice(1));
    assert.deepEqual(
      rows,
      large.map((row) => row.join(' | ')),
    );
  });
}

test('a row that fills a chunk by itself names each of its values', async () => {
  const long = 'word '.repeat(200).trim();
  assert.deepEqual(await blocksOf(`Name,Text\nshort,x\nAda,${long}\nlast,y`, 'text/csv'), [
    'table: Name | Text\nshort | x',
    `table: Name: Ada\nText: ${long}`,
    'table: Name | Text\nlast | y',
  ]);
});

test('DOCX: a paragraph in another alphabet, with emoji and right to left, is kept', async () => {
  const text = 'שלום 東京 😀 é';
  assert.deepEqual(await blocksOf(zipOf(docxParts(paragraph(text))), DOCX), [`text: ${text}`]);
});
