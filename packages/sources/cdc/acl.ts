import { Acl } from '@freshet/shared/contracts';
import { createValidator } from '@freshet/shared/validation';
import { isObject } from './json.ts';

const CLOSED: Acl = { allow: [] };
const validator = createValidator(Acl);

export interface ReadAcl {
  acl: Acl;
  /** There was something that could not be read; the document is closed. */
  isUnreadable: boolean;
}

/**
 * Who may see a row, from its acl column: an array, or text that holds a JSON array, PostgreSQL's `{a,b}`, a list with
 * commas, or an acl as JSON. Null and empty are closed; so is the whole of what has one part that is no principal.
 * `prefix` stands before names that have neither `user:` nor `group:`.
 */
export function readAcl(value: unknown, prefix = ''): ReadAcl {
  if (value === null || value === undefined || value === '') return { acl: CLOSED, isUnreadable: false };
  const acl = typeof value === 'string' ? aclOfText(value.trim(), prefix) : aclOf(value, prefix);
  return validator.check(acl) ? { acl, isUnreadable: false } : { acl: CLOSED, isUnreadable: true };
}

function aclOfText(text: string, prefix: string): unknown {
  if (text.startsWith('[') || text.startsWith('{')) {
    try {
      return aclOf(JSON.parse(text), prefix);
    } catch {
      // PostgreSQL writes arrays in braces as well.
      return text.startsWith('{') ? allow(itemsOfLiteral(text), prefix) : undefined;
    }
  }
  return allow(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    prefix,
  );
}

function aclOf(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return allow(value, prefix);
  if (isObject(value) && Object.keys(value).length === 0) return CLOSED; // an empty array of PostgreSQL
  return value;
}

function allow(names: unknown[] | undefined, prefix: string): unknown {
  return {
    allow: names?.map((name) =>
      typeof name === 'string' && !/^(user|group):/.test(name) ? `${prefix}${name}` : name,
    ),
  };
}

/** The items of a one-dimensional array as PostgreSQL writes it; `undefined` for what is none. */
function itemsOfLiteral(text: string): unknown[] | undefined {
  if (!text.endsWith('}')) return undefined;
  const inside = text.slice(1, -1);
  const items: unknown[] = [];
  const item = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]*))\s*(,|$)/y;
  for (;;) {
    const match = item.exec(inside);
    if (!match) return undefined;
    const [, quoted, bare = '', end] = match;
    const isNull = quoted === undefined && bare.trim().toUpperCase() === 'NULL';
    items.push(isNull ? null : (quoted?.replaceAll(/\\(.)/g, '$1') ?? bare.trim()));
    if (end === '') return items;
  }
}
