import { FreshetError } from '@freshet/shared/errors';
import papaparse from 'papaparse';
import { createBlockBuilder, type ParsedDocument } from './blocks.ts';
import { LIMITS, tooMany } from './limits.ts';
import { addTable } from './table.ts';

/**
 * CSV (RFC 4180) as one table whose first row is the header; the delimiter, comma, semicolon, tab or bar, is told
 * from the content.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, naming the row of an open quote; `FRESHET_CONTENT_TOO_COMPLEX`
 */
export function parseCsv(text: string): ParsedDocument {
  let cells = 0;
  const rows: string[][] = [];
  papaparse.parse<string[]>(text, {
    delimitersToGuess: [',', ';', '\t', '|'],
    skipEmptyLines: 'greedy',
    step({ data, errors }) {
      const broken = errors.find(({ type }) => type === 'Quotes');
      if (broken) {
        throw new FreshetError('FRESHET_CONTENT_UNREADABLE', {
          detail: `Row ${rows.length + 1}: ${broken.message}.`,
        });
      }
      cells += data.length;
      if (cells > LIMITS.cells) throw tooMany('cells', 'cells');
      rows.push(data);
    },
  });
  const builder = createBlockBuilder();
  addTable(builder, rows);
  return builder.finish();
}
