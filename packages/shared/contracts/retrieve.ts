import { type Static, Type } from 'typebox';
import { Degraded } from './degraded.ts';
import { Span, Version } from './document.ts';
import { DocumentId, Source } from './identity.ts';
import { MAX_QUESTION_CHARACTERS, Message } from './message.ts';
import { SearchFilter } from './search-filter.ts';
import { WatermarkToken } from './watermark.ts';

/** Earlier messages that a question may lean on; what came before them is not read. */
export const MAX_HISTORY_MESSAGES = 20;

export const RetrieveRequest = Type.Object(
  {
    query: Type.String({ minLength: 1, maxLength: MAX_QUESTION_CHARACTERS, pattern: '\\S' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 8 })),
    filter: Type.Optional(SearchFilter),
    after: Type.Optional(WatermarkToken),
    history: Type.Optional(
      Type.Array(Message, {
        maxItems: MAX_HISTORY_MESSAGES,
        description: 'The conversation before the question, oldest first: a follow-up is completed from it.',
      }),
    ),
  },
  { additionalProperties: false, title: 'RetrieveRequest' },
);
export type RetrieveRequest = Static<typeof RetrieveRequest>;

const DuplicatePassage = Type.Object(
  { source: Source, documentId: DocumentId, title: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

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
    score: Type.Number({
      description:
        'Fused score, 0 to 1, comparable within one answer. Passages come best first, by `rerankScore` where they have one.',
    }),
    rerankScore: Type.Optional(
      Type.Number({ description: "The reranker's score, on the scale of its model." }),
    ),
    lexicalScore: Type.Optional(Type.Number({ description: 'BM25; absent where the words did not match.' })),
    vectorScore: Type.Optional(
      Type.Number({ description: 'Cosine similarity; absent outside the nearest.' }),
    ),
    changedAt: Type.String({ format: 'date-time' }),
    duplicates: Type.Optional(
      Type.Array(DuplicatePassage, {
        description: 'Passages with the same text, which this one stands for.',
      }),
    ),
  },
  { additionalProperties: false, title: 'Passage' },
);
export type Passage = Static<typeof Passage>;

export const RetrieveTimings = Type.Object(
  {
    waitMs: Type.Number({ description: 'Waiting for `after`.' }),
    understandMs: Type.Number({ description: 'Completing, correcting and dividing the question.' }),
    embedMs: Type.Number(),
    searchMs: Type.Number(),
    fuseMs: Type.Number(),
    realtimeMs: Type.Number({ description: 'Reading the manifests of what was found.' }),
    rescoreMs: Type.Number({ description: 'Scoring the best of it anew by its words.' }),
    rerankMs: Type.Number({ description: '0 without a reranker.' }),
    arrangeMs: Type.Number({ description: 'Merging neighbours and folding duplicates.' }),
    confidenceMs: Type.Number(),
    totalMs: Type.Number(),
  },
  { additionalProperties: false },
);
export type RetrieveTimings = Static<typeof RetrieveTimings>;

export const SearchedQuery = Type.String({
  description: 'What was searched in place of the question: a follow-up completed, a typing error corrected.',
});

export const Confidence = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'Calibrated probability that the passages answer the question.',
});

export const RetrieveResponse = Type.Object(
  {
    passages: Type.Array(Passage),
    confidence: Confidence,
    query: Type.Optional(SearchedQuery),
    degraded: Type.Optional(Degraded),
    watermark: WatermarkToken,
    timings: RetrieveTimings,
  },
  { additionalProperties: false, title: 'RetrieveResponse' },
);
export type RetrieveResponse = Static<typeof RetrieveResponse>;
