import { type Static, Type } from 'typebox';
import { Degraded } from './degraded.ts';
import {
  AnswerDelta,
  CitationChecked,
  CostUsd,
  FinishReason,
  RouteName,
  routing,
  Usage,
} from './generate.ts';
import { Messages } from './message.ts';
import { Confidence, Passage, SearchedQuery } from './retrieve.ts';
import { SearchFilter } from './search-filter.ts';
import { WatermarkToken } from './watermark.ts';

export const ChatRequest = Type.Object(
  {
    messages: Messages,
    filter: Type.Optional(SearchFilter),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 50, default: 8, description: 'Passages to answer from.' }),
    ),
    after: Type.Optional(WatermarkToken),
    route: Type.Optional(RouteName),
  },
  { additionalProperties: false, title: 'ChatRequest' },
);
export type ChatRequest = Static<typeof ChatRequest>;

const Timings = Type.Object(
  {
    retrieveMs: Type.Number({ description: 'From the question to its passages.' }),
    embedMs: Type.Number({ description: 'The part of it that embedding the question took.' }),
    searchMs: Type.Number({ description: 'The part of it that the index took.' }),
    firstDeltaMs: Type.Optional(Type.Number()),
    totalMs: Type.Number(),
  },
  { additionalProperties: false },
);

const Citation = Type.Omit(CitationChecked, ['type']);

const ChatStarted = Type.Object(
  { type: Type.Literal('chat.started'), chatId: Type.String(), traceId: Type.String() },
  { additionalProperties: false },
);

const RetrievalCompleted = Type.Object(
  {
    type: Type.Literal('retrieval.completed'),
    passages: Type.Array(Passage),
    confidence: Type.Optional(Confidence),
    query: Type.Optional(SearchedQuery),
    degraded: Type.Optional(Degraded),
    watermark: WatermarkToken,
  },
  { additionalProperties: false },
);

const GuardrailTriggered = Type.Object(
  {
    type: Type.Literal('guardrail.triggered'),
    rule: Type.String(),
    action: Type.Union([Type.Literal('redacted'), Type.Literal('blocked')]),
  },
  { additionalProperties: false },
);

const AnswerCompleted = Type.Object(
  {
    type: Type.Literal('answer.completed'),
    finishReason: FinishReason,
    model: Type.String(),
    usage: Usage,
    costUsd: Type.Optional(CostUsd),
    ...routing,
    degraded: Type.Optional(Degraded),
    confidence: Type.Optional(Confidence),
    timings: Timings,
    citations: Type.Array(Citation),
    watermark: WatermarkToken,
    oldestPassageAgeSeconds: Type.Optional(
      Type.Number({ description: 'Age of the oldest passage, by its `changedAt`.' }),
    ),
  },
  { additionalProperties: false },
);

const ChatFailed = Type.Object(
  {
    type: Type.Literal('chat.failed'),
    code: Type.String(),
    detail: Type.String(),
    isRetryable: Type.Boolean(),
    traceId: Type.String(),
  },
  { additionalProperties: false },
);

/**
 * Server-Sent Events of `POST /v1/chat`; `event:` is the type and `id:` counts from 1.
 * Started comes first; exactly one of completed or failed comes last.
 */
export const ChatEvent = Type.Union(
  [
    ChatStarted,
    RetrievalCompleted,
    AnswerDelta,
    CitationChecked,
    GuardrailTriggered,
    AnswerCompleted,
    ChatFailed,
  ],
  { title: 'ChatEvent' },
);
export type ChatEvent = Static<typeof ChatEvent>;

/** The same answer as one JSON object, for `Accept: application/json`. */
export const ChatResponse = Type.Object(
  {
    chatId: Type.String(),
    traceId: Type.String(),
    answer: Type.String(),
    passages: Type.Array(Passage),
    query: Type.Optional(SearchedQuery),
    ...Type.Omit(AnswerCompleted, ['type']).properties,
  },
  { additionalProperties: false, title: 'ChatResponse' },
);
export type ChatResponse = Static<typeof ChatResponse>;
