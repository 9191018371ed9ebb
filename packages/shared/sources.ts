import { type Static, Type } from 'typebox';
import { Acl } from './contracts/identity.ts';
import { FreshetError } from './errors.ts';
import { createValidator } from './validation.ts';

const SourceSettings = Type.Record(
  Type.String({ pattern: '^(\\*|[a-z0-9][a-z0-9._-]{0,63})$' }),
  Type.Object({ acl: Acl }, { additionalProperties: false }),
  { additionalProperties: false },
);

export const sourcesConfig = {
  SOURCES: Type.String({
    default: '{}',
    description:
      'JSON: who may see the documents of a source that come without an acl, for example `{"handbook":{"acl":{"public":true}}}`. `*` stands for every other source. A source without an entry is closed.',
  }),
};

export interface Sources {
  /** The acl of a document that has none; `undefined` for a source that is not configured. */
  defaultAcl(source: string): Acl | undefined;
}

const settings = createValidator(SourceSettings);

/** @throws {FreshetError} `FRESHET_CONFIG_INVALID` */
export function readSources(json: string): Sources {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: 'SOURCES is not JSON.', cause });
  }
  if (!settings.check(value)) {
    const [first] = settings.errors(value);
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `SOURCES: ${first?.path} ${first?.detail}` });
  }
  const entries = new Map<string, Static<typeof SourceSettings>[string]>(Object.entries(value));
  return { defaultAcl: (source) => (entries.get(source) ?? entries.get('*'))?.acl };
}
