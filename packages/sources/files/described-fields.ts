import type { Acl, Attributes, DocumentInput } from '@freshet/shared/contracts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What front matter or a record says of its document, under the names in use: `title`; `updated`, `changedAt`,
 * `date` or `lastmod`; `uri` or `url`; `acl`, as `public`, as a list of principals or as the contract has it;
 * `language` or `lang`; `attributes`, of which only strings, numbers and booleans are kept.
 */
export function describedFields(fields: Record<string, unknown>): Partial<DocumentInput> {
  const text = (...names: string[]) =>
    names.map((name) => fields[name]).find((value) => typeof value === 'string');
  const changedAt = ['updated', 'changedAt', 'lastmod', 'date']
    .map((name) => toDateTime(fields[name]))
    .find(Boolean);
  const title = text('title');
  const uri = text('uri', 'url');
  const language = text('language', 'lang');
  const acl = toAcl(fields['acl']);
  const attributes = isRecord(fields['attributes']) ? toAttributes(fields['attributes']) : undefined;
  return {
    ...(title === undefined ? {} : { title: title as string }),
    ...(uri === undefined ? {} : { uri: uri as string }),
    ...(language === undefined ? {} : { language: language as string }),
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(acl === undefined ? {} : { acl }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** A date as the contract wants it; a YAML parser may have made a Date of it already. */
export function toDateTime(value: unknown): string | undefined {
  if (typeof value !== 'string' && !(value instanceof Date)) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** What is meant as an acl and is none is passed on, so that the gateway refuses it: closed beats guessed. */
function toAcl(value: unknown): Acl | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'public') return { public: true };
  return (Array.isArray(value) ? { allow: value } : value) as Acl;
}

function toAttributes(values: Record<string, unknown>): Attributes {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)),
  ) as Attributes;
}
