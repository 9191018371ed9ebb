import { type Static, Type } from 'typebox';
import { ContentType } from './content-type.ts';
import { DateTime } from './date-time.ts';
import { Acl, Attributes, DocumentId, Source, Tenant } from './identity.ts';

export const UPSERTED = 'freshet.document.upserted.v1';
export const DELETED = 'freshet.document.deleted.v1';

/** Inline content of one document, in bytes of UTF-8 or, of base64, decoded. Kafka's default message limit is 1 MiB. */
export const MAX_CONTENT_BYTES = 512 * 1024;
/** The same as base64. */
export const MAX_ENCODED_CHARACTERS = Math.ceil(MAX_CONTENT_BYTES / 3) * 4;

/** What `contentUrl` may lead to, in bytes. */
export const MAX_REFERENCED_BYTES = 50 * 1024 * 1024;

/** Orders the events of one document: a log sequence number, an `updated_at`, a revision. Greater wins. */
export const Version = Type.Integer({
  minimum: 0,
  // Twice a version, and one, is still exact as a double: fence.ts.
  maximum: (Number.MAX_SAFE_INTEGER - 1) / 2,
  description:
    'Orders the events of one document; the greatest wins, in whatever order they arrive, and a deletion over an upsert of the same version.',
});

/** Of a text, as BCP 47 has it. */
export const Language = Type.String({
  pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  maxLength: 64,
  description: 'BCP 47 tag.',
});

const describing = {
  title: Type.Optional(Type.String({ maxLength: 1024 })),
  uri: Type.Optional(Type.String({ maxLength: 2048, description: 'Where a reader opens the document.' })),
  mediaType: ContentType,
  content: Type.Optional(Type.String({ minLength: 1, maxLength: MAX_ENCODED_CHARACTERS })),
  contentUrl: Type.Optional(
    Type.String({
      pattern: '^(s3|file|https?)://',
      maxLength: 2048,
      description:
        'Where the ingestor fetches the content, in place of `content`: `s3://bucket/key`, `https://…`, `http://…` or `file:///…`, up to 50 MiB, as far as its settings let it.',
    }),
  ),
  contentEncoding: Type.Optional(
    Type.Literal('base64', {
      description: 'Absent, `content` is the text itself. What is no text, such as PDF, is sent in base64.',
    }),
  ),
  language: Type.Optional(
    Type.String({
      ...Language,
      description: 'BCP 47 tag; absent, the text itself is asked for its language.',
    }),
  ),
  acl: Type.Optional(Acl),
  attributes: Type.Optional(Attributes),
};

/** Exactly one of the two; an encoding is that of inline content. */
const oneContent = {
  oneOf: [{ required: ['content'] }, { required: ['contentUrl'], not: { required: ['contentEncoding'] } }],
};

/** Data of an upsert event. */
export const UpsertedDocument = Type.Object(
  {
    tenant: Tenant,
    source: Source,
    documentId: DocumentId,
    version: Version,
    ...describing,
    changedAt: DateTime,
  },
  { additionalProperties: false, ...oneContent },
);
export type UpsertedDocument = Static<typeof UpsertedDocument>;

/** Data of a delete event. */
export const DeletedDocument = Type.Object(
  { tenant: Tenant, source: Source, documentId: DocumentId, version: Version, changedAt: DateTime },
  { additionalProperties: false },
);
export type DeletedDocument = Static<typeof DeletedDocument>;

export type DocumentEvent =
  | { type: typeof UPSERTED; id: string; data: UpsertedDocument }
  | { type: typeof DELETED; id: string; data: DeletedDocument };

/** A document as a client hands it in; the gateway adds the tenant and, where they are absent, version and time. */
export const DocumentInput = Type.Object(
  {
    source: Source,
    documentId: DocumentId,
    version: Type.Optional(Version),
    ...describing,
    changedAt: Type.Optional(DateTime),
  },
  { additionalProperties: false, title: 'DocumentInput', ...oneContent },
);
export type DocumentInput = Static<typeof DocumentInput>;

/** What the index knows of a document; a deleted one keeps its manifest as a tombstone. */
export const Manifest = Type.Object(
  {
    tenant: Tenant,
    source: Source,
    documentId: DocumentId,
    version: Version,
    state: Type.Union([Type.Literal('live'), Type.Literal('deleted')]),
    title: Type.Optional(Type.String()),
    uri: Type.Optional(Type.String()),
    language: Type.Optional(
      Type.String({
        description: 'BCP 47 tag: as it was handed in, or as the text tells; absent for neither.',
      }),
    ),
    acl: Acl,
    attributes: Attributes,
    contentHash: Type.String({
      description: 'SHA-256 of the content as it was handed in; empty for a deleted document.',
    }),
    embedder: Type.String({ description: 'Fingerprint of the embedder that made the vectors.' }),
    chunkCount: Type.Integer({ minimum: 0 }),
    changedAt: DateTime,
    indexedAt: DateTime,
  },
  { additionalProperties: false, title: 'Manifest' },
);
export type Manifest = Static<typeof Manifest>;

/** Which documents of a source to list. */
export const ManifestsQuery = Type.Object(
  {
    source: Source,
    state: Type.Optional(
      Type.Union([Type.Literal('live'), Type.Literal('deleted')], { description: 'Both, by default.' }),
    ),
    prefix: Type.Optional(Type.String({ ...DocumentId, description: 'Only documents whose id begins so.' })),
    after: Type.Optional(
      Type.String({ ...DocumentId, description: '`next` of the page before; absent for the first page.' }),
    ),
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9]\\d{0,2}|1000)$',
        description: 'Documents a page: 1 to 1000, 500 by default.',
      }),
    ),
  },
  { additionalProperties: false, title: 'ManifestsQuery' },
);
export type ManifestsQuery = Static<typeof ManifestsQuery>;

export const ManifestsResponse = Type.Object(
  {
    documents: Type.Array(Manifest),
    next: Type.Optional(
      Type.String({ description: 'Ask for the next page `after` this; absent on the last page.' }),
    ),
  },
  { title: 'ManifestsResponse' },
);
export type ManifestsResponse = Static<typeof ManifestsResponse>;

/** Whose refusals to list. */
export const RefusalsQuery = Type.Object(
  { source: Source },
  { additionalProperties: false, title: 'RefusalsQuery' },
);

/** Why the ingestor could not take a document. */
export const Refusal = Type.Object(
  {
    documentId: DocumentId,
    version: Type.Optional(Version),
    code: Type.String(),
    detail: Type.String(),
    time: Type.String({ description: 'When it was refused, RFC 3339.' }),
  },
  { title: 'Refusal' },
);
export type Refusal = Static<typeof Refusal>;

export const RefusalsResponse = Type.Object({ refusals: Type.Array(Refusal) }, { title: 'RefusalsResponse' });
export type RefusalsResponse = Static<typeof RefusalsResponse>;

/** A half-open range of UTF-16 code units in the normalised text of a document. */
export const Span = Type.Object(
  { start: Type.Integer({ minimum: 0 }), end: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);
export type Span = Static<typeof Span>;

/** A piece of a document, small enough to embed. */
export interface Chunk {
  ordinal: number;
  /** Headings above the chunk, outermost first, without the document's title. */
  headingPath: string[];
  text: string;
  span: Span;
  /** Tokens of what was embedded, by the embedder's own tokenizer. */
  tokens: number;
  /** SHA-256 of what was embedded; with the embedder's fingerprint it says whether a vector can be kept. */
  contentHash: string;
  /** Unit length. */
  vector: Float32Array;
}
