import { type Static, Type } from 'typebox';

/** RFC 9457 problem details, with the code to act on and the trace to report. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'The code as a URN; docs/errors.md explains each.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ pattern: '^FRESHET_[A-Z_]+$' }),
    isRetryable: Type.Boolean(),
    traceId: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ path: Type.String(), detail: Type.String() }, { additionalProperties: false }),
        {
          description: 'The fields that were refused.',
        },
      ),
    ),
  },
  { additionalProperties: false, title: 'Problem' },
);
export type Problem = Static<typeof Problem>;
export type FieldError = NonNullable<Problem['errors']>[number];
