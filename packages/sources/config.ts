import { readFile } from 'node:fs/promises';
import { Acl, Principal, Source, Tenant } from '@freshet/shared/contracts';
import { DEAD_LETTER_TOPIC, DOCUMENTS_TOPIC, NOTICES_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import { readJsonFile } from '@freshet/shared/json-setting';
import { createValidator } from '@freshet/shared/validation';
import { type Static, Type } from 'typebox';

/** Where a secret stands: never in the file itself. */
const Secret = Type.Union([
  Type.Object({ env: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
]);
export type Secret = Static<typeof Secret>;

const identity = {
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
  tenant: Tenant,
  source: Source,
};

/** Of what is called over HTTP, and calls by webhooks. */
const common = {
  ...identity,
  baseUrl: Type.String({ pattern: '^https?://[^\\s?#]+$' }),
  credentials: Type.Object(
    { username: Type.Optional(Type.String({ minLength: 1 })), token: Secret },
    { additionalProperties: false },
  ),
  webhookSecret: Type.Optional(Secret),
};

const Confluence = Type.Object(
  {
    ...common,
    type: Type.Literal('confluence'),
    edition: Type.Optional(Type.Union([Type.Literal('cloud'), Type.Literal('data-center')])),
    acl: Type.Optional(Acl),
    users: Type.Optional(Type.Union([Type.Literal('id'), Type.Literal('email')])),
    spaces: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9~._-]{1,255}$' }), { minItems: 1, maxItems: 100 }),
    ),
  },
  { additionalProperties: false },
);

const Zendesk = Type.Object(
  {
    ...common,
    type: Type.Literal('zendesk'),
    tickets: Type.Optional(
      Type.Object(
        {
          allow: Type.Optional(Type.Array(Principal, { maxItems: 900 })),
          agents: Type.Optional(Type.Array(Principal, { minItems: 1, maxItems: 900 })),
          requester: Type.Optional(Type.Boolean()),
          organization: Type.Optional(Type.Boolean()),
          brands: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1 })),
        },
        { additionalProperties: false },
      ),
    ),
    articles: Type.Optional(
      Type.Object(
        {
          acl: Type.Optional(Acl),
          userSegments: Type.Optional(
            Type.Record(Type.String({ pattern: '^[1-9][0-9]*$' }), Acl, { additionalProperties: false }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const S3 = Type.Object(
  {
    ...identity,
    type: Type.Literal('s3'),
    bucket: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$' }),
    prefix: Type.Optional(Type.String({ maxLength: 1024, pattern: '^[^/]' })),
    acl: Type.Optional(Acl),
    queueUrl: Type.Optional(Type.String({ pattern: '^https?://[^\\s?#]+/[^\\s?#]+$' })),
    topic: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,249}$' })),
  },
  { additionalProperties: false },
);

export type ConfluenceSettings = Static<typeof Confluence>;
export type ZendeskSettings = Static<typeof Zendesk>;
export type S3Settings = Static<typeof S3>;
export type ConnectorSettings = ConfluenceSettings | ZendeskSettings | S3Settings;

const types = {
  confluence: createValidator(Confluence),
  zendesk: createValidator(Zendesk),
  s3: createValidator(S3),
};
/** Topics of the fleet itself: what stands in them is no message of S3. */
const OWN_TOPICS = new Set<string>([DOCUMENTS_TOPIC, NOTICES_TOPIC, DEAD_LETTER_TOPIC]);

export const connectorsConfig = {
  CONNECTORS_FILE: Type.Optional(
    Type.String({
      description:
        'JSON file with the systems that documents come from by themselves, and where their secrets stand; docs/confluence.md, docs/zendesk.md and docs/s3.md have examples.',
    }),
  ),
};

/**
 * The connectors that a file names.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, with the path of what is wrong.
 */
export async function readConnectors(file: string): Promise<ConnectorSettings[]> {
  const value = await readJsonFile('CONNECTORS_FILE', file);
  if (!Array.isArray(value)) throw invalid(file, '/ must be a list of connectors');
  const connectors = value.map((entry, index) => checkConnector(file, entry, index));
  const names = connectors.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1) throw invalid(file, `/${twice}/name is the name of another connector too`);
  return connectors;
}

function checkConnector(file: string, entry: unknown, index: number): ConnectorSettings {
  const type = (entry as { type?: unknown } | null)?.type;
  if (type !== 'confluence' && type !== 'zendesk' && type !== 's3') {
    throw invalid(file, `/${index}/type must be confluence, zendesk or s3`);
  }
  // Each type by itself: the errors of a union would name what is wrong for the other types.
  const settings: {
    check(value: unknown): boolean;
    errors(value: unknown): { path: string; detail: string }[];
  } = types[type];
  if (settings.check(entry)) {
    const connector = entry as ConnectorSettings;
    if (connector.type !== 's3' || !OWN_TOPICS.has(connector.topic ?? '')) return connector;
    throw invalid(file, `/${index}/topic is a topic of Freshet itself`);
  }
  const reasons = settings
    .errors(entry)
    .map(({ path, detail }) => `/${index}${path === '/' ? '' : path} ${detail}`);
  throw invalid(file, reasons.join('; '));
}

/**
 * The value of a secret, without the white space around it that editors leave in files.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming connector and field.
 */
export async function readSecret(
  secret: Secret,
  where: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  let value: string | undefined;
  if ('env' in secret) value = env[secret.env];
  else {
    value = await readFile(secret.file, 'utf8').catch((cause: Error) => {
      throw invalid(where, cause.message, cause);
    });
  }
  const trimmed = value?.trim();
  if (trimmed) return trimmed;
  const place = 'env' in secret ? `the variable ${secret.env}` : `the file ${secret.file}`;
  throw invalid(where, `${place} has no value`);
}

function invalid(file: string, detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_CONFIG_INVALID', { detail: `CONNECTORS_FILE ${file}: ${detail}`, cause });
}
