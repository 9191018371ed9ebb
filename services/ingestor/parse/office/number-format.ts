import { findFirst, type XmlElement } from './xml.ts';

export type NumberFormat = 'plain' | 'percent' | 'date' | 'time' | 'date-time';

/** Formats that every workbook knows by number (ECMA-376, part 1, 18.8.30). */
const BUILT_IN: Record<number, NumberFormat> = {
  9: 'percent',
  10: 'percent',
  ...Object.fromEntries([14, 15, 16, 17].map((id) => [id, 'date'])),
  ...Object.fromEntries([18, 19, 20, 21, 45, 46, 47].map((id) => [id, 'time'])),
  22: 'date-time',
};

/** How numbers are shown, by the index that cells name as their style. */
export function readNumberFormats(styles: XmlElement): NumberFormat[] {
  const own = new Map(
    findFirst(styles, 'numFmts')?.children.map(({ attributes }) => [
      Number(attributes['numFmtId']),
      kindOf(attributes['formatCode'] ?? ''),
    ]),
  );
  const formats = findFirst(styles, 'cellXfs')?.children ?? [];
  return formats.map(({ attributes }) => {
    const id = Number(attributes['numFmtId'] ?? 0);
    return own.get(id) ?? BUILT_IN[id] ?? 'plain';
  });
}

function kindOf(code: string): NumberFormat {
  // Without quoted words, escaped characters, and colours or locales in brackets; [h] counts hours.
  const letters = code.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?![hms]+\])[^\]]*\]/gi, '');
  if (/general|[0#?]/i.test(letters.replace(/\.0+/g, ''))) return letters.includes('%') ? 'percent' : 'plain';
  const hasDate = /[yd]/i.test(letters) || /m{3,}/i.test(letters);
  const hasTime = /[hs]/i.test(letters);
  if (hasDate) return hasTime ? 'date-time' : 'date';
  return hasTime ? 'time' : 'plain';
}

const DAY_MS = 86_400_000;

/**
 * A number as a reader of the workbook takes it: dates in ISO 8601, percent, and no more than the 15 digits that Excel
 * counts with. Dates are days since 1899-12-30, or since 1904-01-01.
 */
export function showNumber(
  value: string,
  format: NumberFormat,
  { has1904Dates }: { has1904Dates: boolean },
): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  if (format === 'plain') return String(Number(number.toPrecision(15)));
  if (format === 'percent') return `${Number((number * 100).toPrecision(12))}%`;
  const epoch = has1904Dates ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const time = new Date(epoch + Math.round((number * DAY_MS) / 1000) * 1000);
  if (Number.isNaN(time.getTime()) || number < 0) return value;
  const iso = time.toISOString();
  const clock = iso.slice(11, 19).replace(/:00$/, '');
  if (format === 'time') return number >= 1 ? `${Math.floor(number * 24)}${iso.slice(13, 16)}` : clock;
  return format === 'date' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${clock}`;
}
