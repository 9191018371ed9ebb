import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { FieldError } from './contracts/problem.ts';

export interface Validator<Schema extends TSchema> {
  check(value: unknown): value is Static<Schema>;
  /** What is wrong, one line a field; TypeBox stops after 8. */
  errors(value: unknown): FieldError[];
}

/** A compiled check of one schema, for what does not come in as a whole request body. */
export function createValidator<Schema extends TSchema>(schema: Schema): Validator<Schema> {
  const validator = Compile(schema);
  return {
    check: (value): value is Static<Schema> => validator.Check(value),
    errors(value) {
      const errors = new Map<string, FieldError>();
      for (const { keyword, instancePath, message, params } of validator.Errors(value)) {
        // A field that is not allowed is reported twice; the report that names it is kept.
        if (keyword === 'boolean') continue;
        const unknown = (params as { additionalProperties?: string[] }).additionalProperties;
        const missing = (params as { requiredProperties?: string[] }).requiredProperties;
        const named = [...(unknown ?? []), ...(missing ?? [])].join(', ');
        const detail = message.endsWith(named) ? message : `${message}: ${named}`;
        errors.set(`${instancePath} ${detail}`, { path: instancePath || '/', detail });
      }
      return [...errors.values()];
    },
  };
}
