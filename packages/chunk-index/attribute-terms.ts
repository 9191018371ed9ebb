import { type AttributeCondition, boundValue, isRange } from '@freshet/shared/contracts';

/**
 * Attributes as terms whose order is that of their values, so that one field of keywords answers equality, prefixes
 * and ranges, whatever names a tenant makes up: `name=` and the value as JSON, so that `4` and `"4"` differ; for a
 * number also `name#` and its bits, for a date `name@` and its time. A name holds none of these three characters.
 */
export function attributeTerms(name: string, value: string | number | boolean): string[] {
  const terms = [equalTerm(name, value)];
  if (typeof value === 'number') terms.push(`${name}#${sortableBits(value)}`);
  if (typeof value === 'string' && isTime(value)) terms.push(`${name}@${sortableBits(Date.parse(value))}`);
  return terms;
}

/** What an attribute's terms are asked for. */
export type TermCondition =
  | { type: 'any'; terms: string[] }
  | { type: 'prefix'; prefix: string }
  | { type: 'range'; gt?: string; gte?: string; lt?: string; lte?: string };

export function termCondition(name: string, condition: AttributeCondition): TermCondition {
  if (Array.isArray(condition)) {
    return { type: 'any', terms: condition.map((value) => equalTerm(name, value)) };
  }
  if (typeof condition !== 'object') return { type: 'any', terms: [equalTerm(name, condition)] };
  if (!isRange(condition)) return { type: 'prefix', prefix: equalTerm(name, condition.prefix).slice(0, -1) };
  const bounds = Object.entries(condition);
  const kind = `${name}${typeof bounds[0]?.[1] === 'number' ? '#' : '@'}`;
  const terms = bounds.map(([operator, bound]) => [operator, `${kind}${sortableBits(boundValue(bound))}`]);
  // Every term of this kind stands between these two: `g` comes after all hexadecimal digits.
  return {
    type: 'range',
    ...(hasLower(condition) ? {} : { gte: kind }),
    ...(hasUpper(condition) ? {} : { lt: `${kind}g` }),
    ...Object.fromEntries(terms),
  };
}

function hasLower(range: object): boolean {
  return 'gt' in range || 'gte' in range;
}

function hasUpper(range: object): boolean {
  return 'lt' in range || 'lte' in range;
}

function equalTerm(name: string, value: unknown): string {
  return `${name}=${JSON.stringify(value)}`;
}

/** RFC 3339: a full date, or a date and a time with its offset. */
function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}

const SIGN = 1n << 63n;
const ALL_BITS = (1n << 64n) - 1n;

/** The bits of a double as 16 hexadecimal digits, turned so that their order is that of the numbers. */
function sortableBits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value === 0 ? 0 : value); // -0 equals 0, and its bits do not
  const bits = view.getBigUint64(0);
  return (bits & SIGN ? ~bits & ALL_BITS : bits | SIGN).toString(16).padStart(16, '0');
}
