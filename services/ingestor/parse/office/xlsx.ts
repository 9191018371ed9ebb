import { type BlockBuilder, createBlockBuilder, type ParsedDocument } from '../blocks.ts';
import { LIMITS, tooMany } from '../limits.ts';
import { addTable } from '../table.ts';
import { readNumberFormats, showNumber } from './number-format.ts';
import { type OfficePackage, openPackage } from './package.ts';
import { findAll, findFirst, readXml } from './xml.ts';

const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

interface Row {
  number: number;
  /** By column, from 0. */
  cells: Map<number, string>;
}

interface CellContext {
  strings: string[];
  show: (value: string, style: number) => string;
  /** Counts a cell of the workbook. @throws {FreshetError} `FRESHET_CONTENT_TOO_COMPLEX` */
  count: () => void;
}

/**
 * A workbook, a section a sheet under its name; rows that stand together are a table, whose first row is its header.
 * Values are those that were calculated when it was saved. Hidden sheets are left out.
 * @throws {FreshetError} as `openPackage`, and `FRESHET_CONTENT_TOO_COMPLEX` for too many cells
 */
export async function parseXlsx(bytes: Uint8Array): Promise<ParsedDocument> {
  const office = await openPackage(bytes, MEDIA_TYPE, 'a workbook');
  const workbook = await office.readTree(office.main);
  const parts = await office.relationshipsOf(office.main);
  const partOf = (type: string) => [...parts.values()].find((part) => part.type === type)?.target;
  const has1904Dates = /^(1|true)$/.test(findFirst(workbook, 'workbookPr')?.attributes['date1904'] ?? '');
  const styles = partOf('styles');
  const formats = styles && office.has(styles) ? readNumberFormats(await office.readTree(styles)) : [];
  let cells = 0;
  const context: CellContext = {
    strings: await readSharedStrings(office, partOf('sharedStrings')),
    show: (value, style) => showNumber(value, formats[style] ?? 'plain', { has1904Dates }),
    count() {
      cells += 1;
      if (cells > LIMITS.cells) throw tooMany('cells', 'cells');
    },
  };
  const builder = createBlockBuilder();
  for (const { attributes } of findAll(workbook, 'sheet')) {
    const part = parts.get(attributes['r:id'] ?? '');
    if (part?.type !== 'worksheet' || !office.has(part.target)) continue;
    if (attributes['state']?.toLowerCase().endsWith('hidden')) continue;
    const rows = readRows(await office.read(part.target), context);
    if (rows.length > 0) builder.add('heading', attributes['name'] ?? '', 2);
    for (const region of toRegions(rows)) addRegion(builder, region);
  }
  return builder.finish(office.title);
}

async function readSharedStrings(office: OfficePackage, part: string | undefined): Promise<string[]> {
  if (!part || !office.has(part)) return [];
  const strings: string[] = [];
  const path: string[] = [];
  readXml(await office.read(part), {
    open(name) {
      path.push(name);
      if (name === 'si') strings.push('');
    },
    text(text) {
      // Phonetic runs, `rPh`, repeat the text in kana.
      if (path.at(-1) === 't' && !path.includes('rPh')) strings[strings.length - 1] += text;
    },
    close: () => void path.pop(),
  });
  return strings;
}

function readRows(sheet: Uint8Array, { strings, show, count }: CellContext): Row[] {
  const rows: Row[] = [];
  let row: Row | undefined;
  let cell = { column: -1, type: 'n', style: 0, value: '' };
  let isInValue = false;
  readXml(sheet, {
    open(name, attributes) {
      if (name === 'row') {
        row = { number: Number(attributes['r']) || (row?.number ?? 0) + 1, cells: new Map() };
        cell.column = -1;
      } else if (name === 'c') {
        const column = columnOf(attributes['r']) ?? cell.column + 1;
        cell = { column, type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? 0), value: '' };
      } else if (name === 'v' || name === 't') isInValue = true;
    },
    text(text) {
      if (isInValue) cell.value += text;
    },
    close(name) {
      if (name === 'v' || name === 't') isInValue = false;
      if (name === 'c' && row && cell.value !== '') {
        count();
        const text = shownText(cell, { strings, show });
        if (text.trim() !== '') row.cells.set(cell.column, text);
      }
      if (name === 'row' && row && row.cells.size > 0) rows.push(row);
    },
  });
  return rows;
}

function shownText(
  { type, style, value }: { type: string; style: number; value: string },
  { strings, show }: Pick<CellContext, 'strings' | 'show'>,
): string {
  switch (type) {
    case 's':
      return strings[Number(value)] ?? '';
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'n':
      return show(value, style);
    default:
      return value;
  }
}

/** `BC12` -> 54. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  return letters === undefined
    ? undefined
    : [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Rows without an empty one between them. */
function toRegions(rows: Row[]): Row[][] {
  const regions: Row[][] = [];
  let end = Number.NaN;
  for (const row of rows) {
    if (row.number === end + 1) regions.at(-1)!.push(row);
    else regions.push([row]);
    end = row.number;
  }
  return regions;
}

/** A region as a table of the columns that it uses; single cells in front of it are its caption. */
function addRegion(builder: BlockBuilder, region: Row[]): void {
  const isTable = region.findIndex(({ cells }) => cells.size > 1);
  const captions = isTable === -1 ? region : region.slice(0, isTable);
  for (const { cells } of captions) builder.add('text', [...cells.values()].join(' '));
  if (isTable === -1) return;
  const rows = region.slice(isTable);
  const columns = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].sort((a, b) => a - b);
  // Where nearly every row uses columns of its own, a grid of them all would be empty for the most part.
  if (columns.length * rows.length > 4 * LIMITS.cells) throw tooMany('cells', 'cells');
  addTable(
    builder,
    rows.map(({ cells }) => columns.map((column) => cells.get(column) ?? '')),
  );
}
