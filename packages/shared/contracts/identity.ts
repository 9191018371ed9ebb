import { type Static, Type } from 'typebox';

/** A tenant or a source: lower case, so that two spellings never name two things. */
const segment = '^[a-z0-9][a-z0-9._-]{0,63}$';

export const Tenant = Type.String({
  pattern: segment,
  description: 'Owner of documents; tenants never see each other.',
});

export const Source = Type.String({
  pattern: segment,
  description:
    'Where a document comes from, for example `handbook` or `zendesk`. Lower case, digits, `.`, `_`, `-`.',
});

export const DocumentId = Type.String({
  minLength: 1,
  maxLength: 512,
  // No control characters, and no lone surrogates, which a document key could not carry.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that control characters stay out is the rule.
  pattern: /^[^\u0000-\u001f\u007f\ud800-\udfff]+$/u.source,
  description: 'The id of the document in its source: a path, a ticket number, a primary key.',
});

export const Principal = Type.String({
  pattern: '^(user|group):\\S{1,200}$',
  description: 'Who may see something: `user:…` or `group:…`.',
});
export type Principal = Static<typeof Principal>;

export const Acl = Type.Union(
  [
    Type.Object({ public: Type.Literal(true) }, { additionalProperties: false, title: 'Public' }),
    Type.Object(
      { allow: Type.Array(Principal, { maxItems: 1000 }) },
      { additionalProperties: false, title: 'Allow list' },
    ),
  ],
  { description: 'Who may see the document: everybody of its tenant, or the named users and groups.' },
);
export type Acl = Static<typeof Acl>;

export const AttributeName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' });
export const AttributeValue = Type.Union([Type.String({ maxLength: 1024 }), Type.Number(), Type.Boolean()]);

export const Attributes = Type.Record(AttributeName, AttributeValue, {
  maxProperties: 64,
  additionalProperties: false,
  description: 'Facts to filter by: product, edition, status.',
});
export type Attributes = Static<typeof Attributes>;

/** Who asks: the tenant that is searched, and the principals that the asker acts as. */
export const Access = Type.Object(
  { tenant: Tenant, principals: Type.Array(Principal, { maxItems: 1000 }) },
  { additionalProperties: false },
);
export type Access = Static<typeof Access>;

/** Names one document in the whole fleet. */
export interface DocumentRef {
  tenant: string;
  source: string;
  documentId: string;
}

/**
 * The key of a document: its record key in the log and its `_id` in the index,
 * `tenant/source/documentId` with each segment percent-encoded.
 */
export function documentKey({ tenant, source, documentId }: DocumentRef): string {
  return [tenant, source, documentId].map(encodeURIComponent).join('/');
}

/** Inverse of {@link documentKey}; `undefined` for what is no document key. */
export function parseDocumentKey(key: string): DocumentRef | undefined {
  const segments = key.split('/');
  if (segments.length !== 3) return undefined;
  try {
    const [tenant, source, documentId] = segments.map(decodeURIComponent) as [string, string, string];
    return tenant && source && documentId ? { tenant, source, documentId } : undefined;
  } catch {
    return undefined; // a malformed escape
  }
}

/** Whether a caller may see what carries this acl. The tenant is compared by the caller of this function. */
export function isVisible(acl: Acl, { principals }: Access): boolean {
  return 'public' in acl || acl.allow.some((principal) => principals.includes(principal));
}
