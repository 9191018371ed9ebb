import { type Static, Type } from 'typebox';
import { FreshetError } from '../errors.ts';
import { DateTime } from './date-time.ts';
import { AttributeName, AttributeValue, Source } from './identity.ts';
import type { FieldError } from './problem.ts';

const bounds = <Bound extends ReturnType<typeof Type.Union>>(bound: Bound) => ({
  gt: Type.Optional(bound),
  gte: Type.Optional(bound),
  lt: Type.Optional(bound),
  lte: Type.Optional(bound),
});

const FullDate = Type.String({ format: 'date' });
const Time = Type.Union([FullDate, DateTime]);

const TimeRange = Type.Object(bounds(Time), {
  additionalProperties: false,
  minProperties: 1,
  title: 'TimeRange',
  description: 'RFC 3339 dates (midnight in UTC) or times: `{"gte":"2026-01-01","lt":"2026-02-01"}`.',
});

const AttributeRange = Type.Object(bounds(Type.Union([Type.Number(), FullDate, DateTime])), {
  additionalProperties: false,
  minProperties: 1,
  title: 'AttributeRange',
  description:
    'Numbers, or values that are RFC 3339 dates or times; an attribute of another kind is in no range.',
});

const AttributePrefix = Type.Object(
  { prefix: Type.String({ minLength: 1, maxLength: 1024 }) },
  {
    additionalProperties: false,
    title: 'AttributePrefix',
    description: 'Texts that begin so, case and all.',
  },
);

export const AttributeCondition = Type.Union([
  AttributeValue,
  Type.Array(AttributeValue, { minItems: 1, maxItems: 100, description: 'Any of these values.' }),
  AttributeRange,
  AttributePrefix,
]);
export type AttributeCondition = Static<typeof AttributeCondition>;
export type Range = Static<typeof AttributeRange>;

export const SearchFilter = Type.Object(
  {
    sources: Type.Optional(
      Type.Array(Source, { minItems: 1, maxItems: 100, description: 'Any of these sources.' }),
    ),
    attributes: Type.Optional(
      Type.Record(AttributeName, AttributeCondition, {
        maxProperties: 64,
        additionalProperties: false,
        description: 'By name: a value, a list of values, a range or a prefix.',
      }),
    ),
    changedAt: Type.Optional(TimeRange),
  },
  {
    additionalProperties: false,
    title: 'SearchFilter',
    description: 'Narrows the search to documents for which all of it holds.',
  },
);
export type SearchFilter = Static<typeof SearchFilter>;

export function isRange(condition: AttributeCondition): condition is Range {
  return typeof condition === 'object' && !Array.isArray(condition) && !('prefix' in condition);
}

/** A bound as a number: itself, or milliseconds since 1970. */
export function boundValue(bound: number | string): number {
  return typeof bound === 'number' ? bound : Date.parse(bound);
}

/**
 * Checks what a schema cannot say: that a range has one bound a side, of one kind, and holds something.
 * @param path JSON pointer of the filter
 * @throws {FreshetError} `FRESHET_REQUEST_INVALID` naming each wrong range.
 */
export function assertSearchFilter(filter: SearchFilter | undefined, path = '/body/filter'): void {
  const errors: FieldError[] = [];
  const check = (range: Range, at: string) => {
    const detail = rangeFault(range);
    if (detail !== undefined) errors.push({ path: at, detail });
  };
  if (filter?.changedAt) check(filter.changedAt, `${path}/changedAt`);
  for (const [name, condition] of Object.entries(filter?.attributes ?? {})) {
    if (isRange(condition)) check(condition, `${path}/attributes/${name}`);
  }
  if (errors.length === 0) return;
  throw new FreshetError('FRESHET_REQUEST_INVALID', {
    detail: errors.map((error) => `${error.path} ${error.detail}`).join('; '),
    errors,
  });
}

function rangeFault({ gt, gte, lt, lte }: Range): string | undefined {
  if (gt !== undefined && gte !== undefined) return 'takes gt or gte, not both';
  if (lt !== undefined && lte !== undefined) return 'takes lt or lte, not both';
  const [from, to] = [gt ?? gte, lt ?? lte];
  for (const bound of [from, to]) {
    // A date that no calendar has, such as February 30th.
    if (bound !== undefined && Number.isNaN(boundValue(bound))) return `has no such date: ${bound}`;
  }
  if (from === undefined || to === undefined) return undefined;
  if (typeof from !== typeof to) return 'takes two numbers or two dates, not one of each';
  const [low, high] = [boundValue(from), boundValue(to)];
  if (low > high) return `ends before it begins: ${from} to ${to}`;
  if (low === high && (gt !== undefined || lt !== undefined)) return `holds nothing: ${from} to ${to}`;
  return undefined;
}
