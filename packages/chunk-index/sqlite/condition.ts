import type { SQLInputValue } from 'node:sqlite';
import { boundValue, type Range, type SearchFilter } from '@freshet/shared/contracts';
import { type TermCondition, termCondition } from '../attribute-terms.ts';

/** What both searches are narrowed to. */
export interface Condition {
  tenant: string;
  /** The condition with its columns prefixed; `id` is the chunk's. */
  sql(prefix: string, id: string): string;
  values: SQLInputValue[];
  /** The same, with the chunks that a query gives alone. */
  and(ids: Part): Condition;
}

/** A piece of SQL, and the values of its placeholders. */
export interface Part {
  sql: string;
  values: SQLInputValue[];
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

export function toCondition(
  tenant: string,
  aclIds: number[],
  { sources, attributes = {}, changedAt }: SearchFilter = {},
): Condition {
  const narrowing = [
    ...Object.entries(attributes).map(([name, condition]) => hasTerm(tenant, termCondition(name, condition))),
    ...(changedAt ? [changedWithin(tenant, changedAt)] : []),
  ];
  const narrowedTo = (ids: readonly Part[]): Condition => ({
    tenant,
    sql: (prefix, id) =>
      [
        `${prefix}acl_id in (${placeholders(aclIds)})`,
        ...(sources ? [`${prefix}source in (${placeholders(sources)})`] : []),
        // One list: vec0 takes no more than that.
        ...(ids.length > 0 ? [`${id} in (${ids.map(({ sql }) => sql).join(' intersect ')})`] : []),
      ].join(' and '),
    values: [
      ...aclIds.map(BigInt), // vec0 compares integers only with integers; node:sqlite binds numbers as reals
      ...(sources ?? []),
      ...ids.flatMap(({ values }) => values),
    ],
    and: (more) => narrowedTo([...ids, more]),
  });
  return narrowedTo(narrowing);
}

/** Chunks that an FTS5 query finds, whosever they are. */
export function matching(query: string): Part {
  return { sql: 'select rowid from chunk_fts where chunk_fts match ?', values: [query] };
}

/** Chunks of documents with an attribute. */
function hasTerm(tenant: string, condition: TermCondition): Part {
  const { sql, values } = matches(condition);
  return {
    sql: `select c2.id from attribute a join chunk c2 on c2.document_key = a.document_key
      where a.tenant = ? and ${sql}`,
    values: [tenant, ...values],
  };
}

function matches(condition: TermCondition): Part {
  if (condition.type === 'any') {
    return { sql: `a.token in (${placeholders(condition.terms)})`, values: condition.terms };
  }
  if (condition.type === 'prefix') {
    const { prefix } = condition;
    return {
      sql: 'a.token >= ? and a.token < ? and substr(a.token, 1, length(?)) = ?',
      values: [prefix, `${prefix}\u{10ffff}\u{10ffff}`, prefix, prefix],
    };
  }
  const { type, ...bounds } = condition;
  return within('a.token', bounds);
}

/** Chunks of documents that changed in this time. */
function changedWithin(tenant: string, range: Range): Part {
  const times = Object.entries(range).map(([operator, bound]) => [operator, boundValue(bound)]);
  const { sql, values } = within('d2.changed_ms', Object.fromEntries(times));
  return {
    sql: `select c3.id from document d2 join chunk c3 on c3.document_key = d2.key
      where d2.tenant = ? and ${sql}`,
    values: [tenant, ...values],
  };
}

function within(column: string, bounds: Record<string, string | number>): Part {
  const named = Object.entries(bounds) as [keyof typeof OPERATORS, string | number][];
  return {
    sql: named.map(([operator]) => `${column} ${OPERATORS[operator]} ?`).join(' and '),
    values: named.map(([, bound]) => bound),
  };
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
