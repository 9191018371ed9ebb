import { FinishReason, Messages } from '@freshet/shared/contracts';
import { DateTime } from '@freshet/shared/contracts/date-time';
import { type Static, Type } from 'typebox';

/**
 * A chat and what its reader thought of it, one a line: the fields of ChatResponse with the question's `messages`,
 * `feedback` and `createdAt`. Further fields are not read.
 */
export const ChatRecord = Type.Object({
  chatId: Type.String({ minLength: 1 }),
  messages: Messages,
  passages: Type.Array(
    Type.Object({
      ref: Type.Integer({ minimum: 1 }),
      source: Type.String({ minLength: 1 }),
      documentId: Type.String({ minLength: 1 }),
      title: Type.Optional(Type.String()),
      headingPath: Type.Optional(Type.Array(Type.String())),
      text: Type.String(),
      changedAt: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}' }),
    }),
    { maxItems: 100 },
  ),
  answer: Type.String({ maxLength: 100_000 }),
  citations: Type.Array(Type.Unknown()),
  finishReason: Type.Optional(FinishReason),
  feedback: Type.Union([Type.Literal('good'), Type.Literal('bad')]),
  createdAt: DateTime,
});
export type ChatRecord = Static<typeof ChatRecord>;
