import { type Static, Type } from 'typebox';
import { Span, Version } from './document.ts';
import { DocumentId, Source } from './identity.ts';
import { SearchFilter } from './search-filter.ts';
import { WatermarkToken } from './watermark.ts';

export const MAX_QUESTION_CHARACTERS = 8_000;

export const RetrieveRequest = Type.Object(
  {
    query: Type.String({ minLength: 1, maxLength: MAX_QUESTION_CHARACTERS, pattern: '\\S' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 8 })),
    filter: Type.Optional(SearchFilter),
    after: Type.Optional(WatermarkToken),
  },
  { additionalProperties: false, title: 'RetrieveRequest' },
);
export type RetrieveRequest = Static<typeof RetrieveRequest>;

export const Passage = Type.Object(
  {
    ref: Type.Integer({ minimum: 1, description: 'The number that citations use, from 1.' }),
    source: Source,
    documentId: DocumentId,
    version: Version,
    title: Type.Optional(Type.String()),
    uri: Type.Optional(Type.String()),
    headingPath: Type.Array(Type.String()),
    text: Type.String(),
    span: Span,
    score: Type.Number({ description: 'Fused score, 0 to 1, comparable within one answer.' }),
    lexicalScore: Type.Optional(Type.Number({ description: 'BM25; absent where the words did not match.' })),
    vectorScore: Type.Optional(
      Type.Number({ description: 'Cosine similarity; absent outside the nearest.' }),
    ),
    changedAt: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false, title: 'Passage' },
);
export type Passage = Static<typeof Passage>;

export const RetrieveTimings = Type.Object(
  {
    waitMs: Type.Number({ description: 'Waiting for `after`.' }),
    embedMs: Type.Number(),
    searchMs: Type.Number(),
    fuseMs: Type.Number(),
    realtimeMs: Type.Number({ description: 'Reading the manifests of what was found.' }),
    totalMs: Type.Number(),
  },
  { additionalProperties: false },
);
export type RetrieveTimings = Static<typeof RetrieveTimings>;

export const RetrieveResponse = Type.Object(
  { passages: Type.Array(Passage), watermark: WatermarkToken, timings: RetrieveTimings },
  { additionalProperties: false, title: 'RetrieveResponse' },
);
export type RetrieveResponse = Static<typeof RetrieveResponse>;
