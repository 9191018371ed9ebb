import { UNAVAILABLE } from './change.ts';

/** Text with `{{column}}`s in it. */
export interface Template {
  /** Every column that it names. */
  columns: ReadonlySet<string>;
  /** A null column is empty text. `encode` treats each value, such as for a URI. */
  render(read: (column: string) => unknown, encode?: (text: string) => string): string;
}

interface Line {
  /** The line stands only where this column has text. */
  condition: string | undefined;
  parts: (string | { column: string })[];
}

const PLACE = /\{\{([^{}]*)\}\}/g;

/**
 * Compiles a template: `{{column}}` is the value of a column; a line that begins with `{{?column}}` is left out, with
 * its end, where that column is null or empty.
 * @throws {SyntaxError} saying what is wrong.
 */
export function compileTemplate(text: string): Template {
  const columns = new Set<string>();
  const lines = text.split('\n').map((line) => compileLine(line, columns));
  return {
    columns,
    render(read, encode = (value) => value) {
      return lines
        .filter(({ condition }) => condition === undefined || toText(read(condition)) !== '')
        .map(({ parts }) =>
          parts.map((part) => (typeof part === 'string' ? part : encode(toText(read(part.column))))).join(''),
        )
        .join('\n');
    },
  };
}

function compileLine(line: string, columns: Set<string>): Line {
  let condition: string | undefined;
  const parts: Line['parts'] = [];
  let end = 0;
  for (const { 0: place, 1: inside = '', index } of line.matchAll(PLACE)) {
    parts.push(plain(line.slice(end, index)));
    end = index + place.length;
    const column = inside.replace(/^\?/, '').trim();
    if (column === '') throw new SyntaxError(`${place} names no column`);
    columns.add(column);
    if (!inside.startsWith('?')) parts.push({ column });
    else if (index === 0) condition = column;
    else throw new SyntaxError(`${place} may stand at the beginning of a line alone`);
  }
  parts.push(plain(line.slice(end)));
  return { condition, parts };
}

function plain(text: string): string {
  if (text.includes('{{') || text.includes('}}')) {
    throw new SyntaxError(`${JSON.stringify(text.trim())} has braces without a partner`);
  }
  return text;
}

/** A value of a row as text: null is empty, the items of an array are joined by commas, an object is JSON. */
export function toText(value: unknown): string {
  if (value === null || value === undefined || value === UNAVAILABLE) return '';
  if (Array.isArray(value)) return value.map(toText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
