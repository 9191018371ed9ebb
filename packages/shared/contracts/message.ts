import { type Static, Type } from 'typebox';

export const MAX_QUESTION_CHARACTERS = 8_000;

export const Message = Type.Object(
  {
    role: Type.Union([Type.Literal('user'), Type.Literal('assistant')]),
    content: Type.String({ minLength: 1, maxLength: MAX_QUESTION_CHARACTERS, pattern: '\\S' }),
  },
  { additionalProperties: false, title: 'Message' },
);
export type Message = Static<typeof Message>;

export const Messages = Type.Array(Message, { minItems: 1, maxItems: 100 });
