import {
  type Acl,
  type Attributes,
  type DeletedDocument,
  MAX_CONTENT_BYTES,
  UpsertedDocument,
} from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import type { SourceChange } from './index.ts';

/** What identifies a change: the document, and when it was read. */
export interface ChangeIdentity {
  tenant: string;
  source: string;
  documentId: string;
  version: number;
}

export interface PublishedDocument {
  title: string;
  uri: string | undefined;
  /** HTML. */
  content: string;
  acl: Acl;
  attributes: Attributes;
  language?: string | undefined;
  /** When the source changed, as the source says it. */
  changedAt: string | undefined;
}

const MAX_TITLE = 1024;
const MAX_URI = 2048;
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const upserted = createValidator(UpsertedDocument);

/** A deletion; of an object that is gone its source does not say since when. */
export function deletion(identity: ChangeIdentity, changedAt?: string): SourceChange {
  return { type: 'deleted', document: toDeleted(identity, changedAt) };
}

/** An upsert, or, for what no document can be, a refusal that names the document. */
export function upsert(identity: ChangeIdentity, published: PublishedDocument): SourceChange {
  const { title, uri, content, acl, attributes, language, changedAt } = published;
  const bytes = Buffer.byteLength(content);
  if (bytes > MAX_CONTENT_BYTES) {
    const detail = `${nameOf(identity, uri)} has ${bytes} bytes of HTML; the limit is ${MAX_CONTENT_BYTES}. Split it in its source.`;
    return refusal(identity, changedAt, new FreshetError('FRESHET_CONTENT_TOO_LARGE', { detail }));
  }
  const document: UpsertedDocument = {
    ...identity,
    ...(title === '' ? {} : { title: oneLine(title).slice(0, MAX_TITLE).toWellFormed() }),
    ...(uri === undefined || uri.length > MAX_URI ? {} : { uri }),
    mediaType: 'text/html',
    content,
    ...(language !== undefined && LANGUAGE.test(language) ? { language } : {}),
    acl,
    attributes,
    changedAt: toTime(changedAt),
  };
  return checked(document);
}

/** An upsert, unless the contract refuses it. */
export function checked(document: UpsertedDocument): SourceChange {
  // As of any value: of what the check refuses, its type would be nothing.
  const isTaken: boolean = upserted.check(document);
  if (isTaken) return { type: 'upserted', document };
  const reasons = upserted.errors(document).map(({ path, detail }) => `${path} ${detail}`);
  const detail = `${nameOf(document, document.uri)}: ${reasons.join('; ')}`;
  return refusal(document, document.changedAt, new FreshetError('FRESHET_EVENT_INVALID', { detail }));
}

/** What cannot be taken at all, such as content that no parser reads. */
export function refusal(
  identity: ChangeIdentity,
  changedAt: string | undefined,
  error: FreshetError,
): SourceChange {
  return { type: 'refused', document: toDeleted(identity, changedAt), error };
}

/** `prefix.name: true` for each name that an attribute can have; attributes hold no lists. */
export function flags(prefix: string, names: readonly string[], most: number): Attributes {
  const known = names.map((name) => `${prefix}.${name}`).filter((name) => ATTRIBUTE_NAME.test(name));
  return Object.fromEntries(known.slice(0, most).map((name) => [name, true]));
}

function toDeleted(identity: ChangeIdentity, changedAt: string | undefined): DeletedDocument {
  const { tenant, source, documentId, version } = identity;
  return { tenant, source, documentId, version, changedAt: toTime(changedAt) };
}

function toTime(text: string | undefined): string {
  const time = new Date(text ?? Date.now());
  return (Number.isNaN(time.valueOf()) ? new Date() : time).toISOString();
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that these have no place in a title is the rule.
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
}

function nameOf({ source, documentId }: ChangeIdentity, uri: string | undefined): string {
  return `${source}/${documentId}${uri === undefined ? '' : ` (${uri})`}`;
}
