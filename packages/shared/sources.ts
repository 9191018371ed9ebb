import { type Static, Type } from 'typebox';
import { Acl } from './contracts/identity.ts';
import { parseJsonSetting } from './json-setting.ts';
import { createValidator } from './validation.ts';

/** Sizes of chunks, in tokens of the embedder. */
const Chunking = Type.Object(
  {
    minTokens: Type.Optional(Type.Integer({ minimum: 0, maximum: 8_192 })),
    targetTokens: Type.Optional(Type.Integer({ minimum: 16, maximum: 8_192 })),
    overlapTokens: Type.Optional(Type.Integer({ minimum: 0, maximum: 512 })),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type Chunking = Static<typeof Chunking>;

const SourceSettings = Type.Record(
  Type.String({ pattern: '^(\\*|[a-z0-9][a-z0-9._-]{0,63})$' }),
  Type.Object(
    {
      acl: Type.Optional(Acl),
      retentionDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
      chunking: Type.Optional(Chunking),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  { additionalProperties: false },
);

export const sourcesConfig = {
  SOURCES: Type.String({
    default: '{}',
    description:
      'JSON, by source: who may see documents that come without an acl, after how many days since their last change documents are deleted, and how long their chunks are, for example `{"handbook":{"acl":{"public":true}},"zendesk":{"retentionDays":90,"chunking":{"targetTokens":120}}}`. What a source does not say, `*` says. Without an acl a source is closed; without retentionDays it keeps its documents.',
  }),
};

export interface Sources {
  /** The acl of a document that has none; `undefined` for a source that is not configured. */
  defaultAcl(source: string): Acl | undefined;
  /** Whether the operator named the source: only such may be words of metrics, since writers invent others. */
  isNamed(source: string): boolean;
  /** Days since its last change after which a document is deleted; `undefined` for never. */
  retentionDays(source: string): number | undefined;
  /** What is set of a source's chunk sizes; the ingestor's defaults hold for the rest. */
  chunking(source: string): Chunking;
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
    chunking: (source) => entries.get(source)?.chunking ?? entries.get('*')?.chunking ?? {},
  };
}
