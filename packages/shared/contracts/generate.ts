import { type Static, Type } from 'typebox';
import { Degraded } from './degraded.ts';
import { Span } from './document.ts';
import { Messages } from './message.ts';
import { Confidence, Passage } from './retrieve.ts';

export const ROUTE_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

export const RouteName = Type.String({
  pattern: ROUTE_NAME_PATTERN,
  description: 'A route to a model, or an alias of one, as the operator named it.',
});

export const GenerateRequest = Type.Object(
  {
    messages: Messages,
    passages: Type.Array(Passage, { maxItems: 100 }),
    route: Type.Optional(RouteName),
    confidence: Type.Optional(Confidence),
  },
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

export const Attempt = Type.Object(
  {
    route: Type.String(),
    model: Type.String(),
    outcome: Type.Union(
      [Type.Literal('completed'), Type.Literal('failed'), Type.Literal('lost'), Type.Literal('cancelled')],
      { description: '`lost` to a faster call that was made beside it.' },
    ),
    code: Type.Optional(Type.String({ description: 'Why it failed.' })),
    usage: Usage,
    costUsd: Type.Optional(CostUsd),
    isEstimate: Type.Optional(
      Type.Boolean({ description: 'The provider did not say what the call used: counted by its length.' }),
    ),
  },
  { additionalProperties: false, title: 'Attempt' },
);
export type Attempt = Static<typeof Attempt>;

/** What an answer says of how it was come by. */
export const routing = {
  promptHash: Type.Optional(
    Type.String({
      description: 'Version of the prompt that the model was asked with; absent where none was.',
    }),
  ),
  omittedRefs: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1 }), {
      description: 'Passages that did not fit into the prompt, so that the model has not seen them.',
    }),
  ),
  omittedMessages: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Earliest messages that did not fit into the prompt.' }),
  ),
  strippedSentences: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Sentences that were left out, as no passage supports them.' }),
  ),
  route: Type.String({ description: 'The route that answered.' }),
  attempts: Type.Array(Attempt, {
    description:
      'Every call that was made for the answer. `usage` and `costUsd` are those of the one that gave it.',
  }),
};

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

export const CitationSupport = Type.Object(
  {
    ref: Type.Integer({ minimum: 1 }),
    span: Span,
  },
  {
    additionalProperties: false,
    description: "The one or two sentences that say it, as offsets in the text of the passage's document.",
  },
);

export const CitationChecked = Type.Object(
  {
    type: Type.Literal('citation.checked'),
    sentence: Type.String(),
    refs: Type.Array(Type.Integer({ minimum: 1 }), { description: 'Passages that the sentence cites.' }),
    unknownRefs: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0 }), {
        description: 'Numbers that it cites and that no passage has; it is unsupported then.',
      }),
    ),
    verdict: Type.Union([Type.Literal('supported'), Type.Literal('partly'), Type.Literal('unsupported')]),
    score: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'How much of the sentence its passages say; less where they say otherwise.',
    }),
    support: Type.Optional(CitationSupport),
    judge: Type.Optional(
      Type.String({ description: 'The model that gave the verdict; absent where rules alone did.' }),
    ),
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
      ...routing,
      degraded: Type.Optional(Degraded),
    },
    { additionalProperties: false },
  ),
  GenerationFailed,
]);
export type GenerateEvent = Static<typeof GenerateEvent>;
