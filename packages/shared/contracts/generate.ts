import { type Static, Type } from 'typebox';
import { MAX_QUESTION_CHARACTERS, Passage } from './retrieve.ts';

export const Message = Type.Object(
  {
    role: Type.Union([Type.Literal('user'), Type.Literal('assistant')]),
    content: Type.String({ minLength: 1, maxLength: MAX_QUESTION_CHARACTERS, pattern: '\\S' }),
  },
  { additionalProperties: false, title: 'Message' },
);
export type Message = Static<typeof Message>;

export const Messages = Type.Array(Message, { minItems: 1, maxItems: 100 });

export const GenerateRequest = Type.Object(
  { messages: Messages, passages: Type.Array(Passage, { maxItems: 100 }) },
  { additionalProperties: false, title: 'GenerateRequest' },
);
export type GenerateRequest = Static<typeof GenerateRequest>;

export const Usage = Type.Object(
  { inputTokens: Type.Integer({ minimum: 0 }), outputTokens: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);
export type Usage = Static<typeof Usage>;

export const CostUsd = Type.Number({
  minimum: 0,
  description: 'Dollars, by the price table of the generator; absent when it has no price for the model.',
});

export const FinishReason = Type.Union([
  Type.Literal('stop'),
  Type.Literal('length'),
  Type.Literal('abstained'),
  Type.Literal('blocked'),
  Type.Literal('cancelled'),
]);
export type FinishReason = Static<typeof FinishReason>;

export const AnswerDelta = Type.Object(
  { type: Type.Literal('answer.delta'), text: Type.String() },
  { additionalProperties: false },
);

export const CitationChecked = Type.Object(
  {
    type: Type.Literal('citation.checked'),
    sentence: Type.String(),
    refs: Type.Array(Type.Integer({ minimum: 1 }), { description: 'Passages that the sentence cites.' }),
    verdict: Type.Union([Type.Literal('supported'), Type.Literal('partly'), Type.Literal('unsupported')]),
    score: Type.Number({
      minimum: 0,
      maximum: 1,
      description: "Share of the sentence's content words found there.",
    }),
  },
  { additionalProperties: false },
);
export type CitationChecked = Static<typeof CitationChecked>;

export const GenerationFailed = Type.Object(
  { type: Type.Literal('generation.failed'), code: Type.String(), isRetryable: Type.Boolean() },
  { additionalProperties: false },
);

/** Server-Sent Events of `POST /v1/generate`; `event:` is the type. The last one is completed or failed. */
export const GenerateEvent = Type.Union([
  AnswerDelta,
  CitationChecked,
  Type.Object(
    {
      type: Type.Literal('generation.completed'),
      finishReason: FinishReason,
      model: Type.String(),
      usage: Usage,
      costUsd: Type.Optional(CostUsd),
    },
    { additionalProperties: false },
  ),
  GenerationFailed,
]);
export type GenerateEvent = Static<typeof GenerateEvent>;
