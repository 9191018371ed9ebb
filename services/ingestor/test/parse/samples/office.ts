import { strToU8, type Zippable, zipSync } from 'fflate';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** Parts by name; a folder is part of the name. */
export type Parts = Record<string, string>;

/** A zip archive of text files; level 0 stores them as they are. */
export function zipOf(parts: Parts, level: 0 | 6 = 6): Uint8Array {
  const files: Zippable = Object.fromEntries(
    Object.entries(parts).map(([name, text]) => [name, strToU8(text)]),
  );
  return zipSync(files, { level, mtime: '2026-01-01T00:00:00Z' });
}

/** Relationships by id: `[type, target]`. */
export function relationships(targets: Record<string, readonly [string, string]>): string {
  const list = Object.entries(targets).map(
    ([id, [type, target]]) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${list.join('')}</Relationships>`;
}

/** What makes a package of its parts: the types, and the way to the main part. */
function frame(main: string, contentType: string, title?: string): Parts {
  const override = `<Override PartName="/${main}" ContentType="application/vnd.openxmlformats-officedocument.${contentType}.main+xml"/>`;
  return {
    '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${override}</Types>`,
    '_rels/.rels': relationships({ rId1: ['officeDocument', main] }),
    ...(title
      ? {
          'docProps/core.xml': `${XML}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></cp:coreProperties>`,
        }
      : {}),
  };
}

const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

/** A Word paragraph, in a style where one is named. */
export const paragraph = (text: string, style?: string): string =>
  `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;

export const wordTable = (rows: readonly (readonly string[])[]): string =>
  `<w:tbl>${rows.map((row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`).join('')}</w:tbl>`;

/** The parts of a Word document with this body. */
export function docxParts(body: string, title?: string): Parts {
  const styles = [1, 2, 3]
    .map((n) => `<w:style w:type="paragraph" w:styleId="H${n}"><w:name w:val="heading ${n}"/></w:style>`)
    .join('');
  return {
    ...frame('word/document.xml', 'wordprocessingml.document', title),
    'word/document.xml': `${XML}<w:document ${WORD}><w:body>${body}</w:body></w:document>`,
    'word/styles.xml': `${XML}<w:styles ${WORD}>${styles}</w:styles>`,
    'word/_rels/document.xml.rels': relationships({ rId1: ['styles', 'styles.xml'] }),
  };
}

export const handbookDocx = (level?: 0): Uint8Array =>
  zipOf(
    docxParts(
      paragraph('Leave policy', 'H1') +
        paragraph('Ask your lead.') +
        paragraph('Days', 'H2') +
        wordTable([
          ['Reason', 'Days'],
          ['Wedding', '2'],
        ]),
      'Handbook',
    ),
    level,
  );

const DRAWING = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="${OFFICE}"`;

/** A shape of a slide, as the placeholder of a kind where one is named; a line starting with tabs is nested so deep. */
export function shape(lines: readonly string[], placeholder?: string): string {
  const paragraphs = lines.map((line) => {
    const level = /^\t*/.exec(line)![0].length;
    return `<a:p><a:pPr lvl="${level}"/><a:r><a:t>${line.trim()}</a:t></a:r></a:p>`;
  });
  const kind = placeholder ? `<p:nvPr><p:ph type="${placeholder}"/></p:nvPr>` : '<p:nvPr/>';
  return `<p:sp><p:nvSpPr>${kind}</p:nvSpPr><p:txBody>${paragraphs.join('')}</p:txBody></p:sp>`;
}

export const slideTable = (rows: readonly (readonly string[])[]): string =>
  `<p:graphicFrame><a:graphic><a:graphicData><a:tbl>${rows.map((row) => `<a:tr>${row.map((cell) => `<a:tc><a:txBody><a:p><a:r><a:t>${cell}</a:t></a:r></a:p></a:txBody></a:tc>`).join('')}</a:tr>`).join('')}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;

export interface Slide {
  shapes: string;
  notes?: string;
  isHidden?: boolean;
}

export function pptxParts(slides: readonly Slide[]): Parts {
  const ids = slides.map((_, i) => `<p:sldId id="${256 + i}" r:id="rId${i + 1}"/>`).join('');
  const parts: Parts = {
    ...frame('ppt/presentation.xml', 'presentationml.presentation'),
    'ppt/presentation.xml': `${XML}<p:presentation ${DRAWING}><p:sldIdLst>${ids}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships(
      Object.fromEntries(
        slides.map((_, i) => [`rId${i + 1}`, ['slide', `slides/slide${i + 1}.xml`] as const]),
      ),
    ),
  };
  slides.forEach(({ shapes, notes, isHidden }, i) => {
    const name = `slide${i + 1}.xml`;
    const tree = (content: string) => `<p:cSld><p:spTree>${content}</p:spTree></p:cSld>`;
    parts[`ppt/slides/${name}`] =
      `${XML}<p:sld ${DRAWING}${isHidden ? ' show="0"' : ''}>${tree(shapes)}</p:sld>`;
    if (notes === undefined) return;
    parts[`ppt/slides/_rels/${name}.rels`] = relationships({ n: ['notesSlide', `../notesSlides/${name}`] });
    parts[`ppt/notesSlides/${name}`] =
      `${XML}<p:notes ${DRAWING}>${tree(shape([notes], 'body') + shape(['7'], 'sldNum'))}</p:notes>`;
  });
  return parts;
}

export const handbookPptx = (level?: 0): Uint8Array =>
  zipOf(
    pptxParts([
      { shapes: shape(['Leave policy'], 'ctrTitle') + shape(['For everybody'], 'subTitle') },
      {
        shapes:
          shape(['Special leave'], 'title') +
          shape(['Ask your lead', '\tTwo weeks ahead'], 'body') +
          slideTable([
            ['Reason', 'Days'],
            ['Wedding', '2'],
          ]) +
          shape(['2'], 'sldNum'),
        notes: 'Say that March is the end.',
      },
      { shapes: shape(['Hidden'], 'title'), isHidden: true },
    ]),
    level,
  );

const SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

export interface Sheet {
  name: string;
  /** The content of `sheetData`. */
  rows: string;
  isHidden?: boolean;
}

/** Style 1 is a date, 2 percent, 3 a date with a format of its own, 4 a number with a quoted word. */
export function xlsxParts(sheets: readonly Sheet[], strings: readonly string[] = []): Parts {
  const targets = Object.fromEntries(
    sheets.map((_, i) => [`rId${i + 1}`, ['worksheet', `worksheets/sheet${i + 1}.xml`] as const]),
  );
  const list = sheets.map(
    ({ name, isHidden }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"${isHidden ? ' state="hidden"' : ''}/>`,
  );
  const parts: Parts = {
    ...frame('xl/workbook.xml', 'spreadsheetml.sheet'),
    'xl/workbook.xml': `${XML}<workbook ${SHEET} xmlns:r="${OFFICE}"><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships({
      ...targets,
      s: ['sharedStrings', 'sharedStrings.xml'],
      t: ['styles', '/xl/styles.xml'],
    }),
    'xl/sharedStrings.xml': `${XML}<sst ${SHEET}>${strings.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`,
    'xl/styles.xml': `${XML}<styleSheet ${SHEET}><numFmts><numFmt numFmtId="164" formatCode="[$-409]d&quot; day &quot;mmm\\ yyyy"/><numFmt numFmtId="165" formatCode="0.0&quot; days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
  };
  sheets.forEach(({ rows }, i) => {
    parts[`xl/worksheets/sheet${i + 1}.xml`] =
      `${XML}<worksheet ${SHEET}><sheetData>${rows}</sheetData></worksheet>`;
  });
  return parts;
}

export const handbookXlsx = (level?: 0): Uint8Array =>
  zipOf(
    xlsxParts(
      [
        {
          name: 'Leave',
          rows:
            '<row r="1"><c r="A1" t="inlineStr"><is><t>Leave of 2026</t></is></c></row>' +
            '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c></row>' +
            '<row r="3"><c r="A3" t="inlineStr"><is><r><t>Ada </t></r><r><t>L.</t></r></is></c><c r="B3" s="1"><v>46023</v></c><c r="D3" s="2"><v>0.5</v></c></row>' +
            '<row r="4"><c r="A4" t="str"><f>"B"&amp;"o"</f><v>Bo</v></c><c r="B4" s="3"><v>46024.5</v></c><c r="D4" t="b"><v>1</v></c></row>' +
            '<row r="6"><c r="A6"><v>0.30000000000000004</v></c><c r="B6" s="4"><v>2.5</v></c></row>',
        },
        { name: 'Empty', rows: '' },
        { name: 'Hidden', rows: '<row><c><v>1</v></c></row>', isHidden: true },
      ],
      ['Name', 'From', 'Share'],
    ),
    level,
  );
