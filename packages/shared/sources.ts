import { type Static, Type } from 'typebox';
import { Acl } from './contracts/identity.ts';
import { parseJsonSetting } from './json-setting.ts';
import { createValidator } from './validation.ts';

const SourceSettings = Type.Record(
  Type.String({ pattern: '^(\\*|[a-z0-9][a-z0-9._-]{0,63})$' }),
  Type.Object(
    { acl: Type.Optional(Acl), retentionDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })) },
    { additionalProperties: false, minProperties: 1 },
  ),
  { additionalProperties: false },
);

export const sourcesConfig = {
  SOURCES: Type.String({
    default: '{}',
    description:
      'JSON, by source: who may see documents that come without an acl, and after how many days since their last change documents are deleted, for example `{"handbook":{"acl":{"public":true}},"zendesk":{"retentionDays":90}}`. What a source does not say, `*` says. Without an acl a source is closed; without retentionDays it keeps its documents.',
  }),
};

export interface Sources {
  /** The acl of a document that has none; `undefined` for a source that is not configured. */
  defaultAcl(source: string): Acl | undefined;
  /** Whether the operator named the source: only such may be words of metrics, since writers invent others. */
  isNamed(source: string): boolean;
  /** Days since its last change after which a document is deleted; `undefined` for never. */
  retentionDays(source: string): number | undefined;
}

const settings = createValidator(SourceSettings);

/** @throws {FreshetError} `FRESHET_CONFIG_INVALID` */
export function readSources(json: string): Sources {
  const value = parseJsonSetting('SOURCES', json, settings);
  const entries = new Map<string, Static<typeof SourceSettings>[string]>(Object.entries(value));
  return {
    defaultAcl: (source) => entries.get(source)?.acl ?? entries.get('*')?.acl,
    isNamed: (source) => source !== '*' && entries.has(source),
    retentionDays: (source) => entries.get(source)?.retentionDays ?? entries.get('*')?.retentionDays,
  };
}
