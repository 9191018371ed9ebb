import { ROUTE_NAME_PATTERN } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { readJsonFile } from '@freshet/shared/json-setting';
import { createValidator, type Validator } from '@freshet/shared/validation';
import { type Static, type TSchema, Type } from 'typebox';
import { ModelPrice } from '../model-prices.ts';
import { checkReferences } from './check-references.ts';

const strict = { additionalProperties: false };
const Name = Type.String({ pattern: ROUTE_NAME_PATTERN });
const Milliseconds = Type.Integer({ minimum: 1, maximum: 3_600_000 });
const Dollars = Type.Number({ exclusiveMinimum: 0 });

/** What every route may have, whoever answers it. */
const rules = {
  isRequestable: Type.Optional(Type.Boolean()),
  maxStreams: Type.Optional(Type.Integer({ minimum: 1 })),
  overflow: Type.Optional(Name),
  minTimeLeftMs: Type.Optional(Milliseconds),
  whenShort: Type.Optional(Name),
  budgetUsdPerDay: Type.Optional(Dollars),
  whenSpent: Type.Optional(Name),
  fallback: Type.Optional(Type.Array(Name, { maxItems: 10 })),
};

const model = {
  ...rules,
  model: Type.String({ minLength: 1 }),
  maxTokens: Type.Optional(Type.Integer({ minimum: 1 })),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  firstTokenTimeoutMs: Type.Optional(Milliseconds),
  betweenTokensTimeoutMs: Type.Optional(Milliseconds),
  timeoutMs: Type.Optional(Milliseconds),
  maxAttempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
  price: Type.Optional(ModelPrice),
  prompt: Type.Optional(Type.String({ minLength: 1 })),
  hedgeAfterMs: Type.Optional(Milliseconds),
  hedgeRoute: Type.Optional(Name),
  breaker: Type.Optional(
    Type.Object(
      {
        window: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        minFailures: Type.Optional(Type.Integer({ minimum: 1 })),
        failureShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
        openMs: Type.Optional(Milliseconds),
      },
      strict,
    ),
  ),
};

const Url = Type.String({ pattern: '^https?://[^\\s/]+' });

const Extractive = Type.Object({ ...rules, provider: Type.Literal('extractive') }, strict);
const Bedrock = Type.Object(
  {
    ...model,
    provider: Type.Literal('bedrock'),
    region: Type.Optional(Type.String({ minLength: 1 })),
    endpoint: Type.Optional(Url),
  },
  strict,
);
const OpenAi = Type.Object(
  {
    ...model,
    provider: Type.Literal('openai'),
    url: Url,
    apiKey: Type.Optional(Type.Object({ env: Type.String({ minLength: 1 }) }, strict)),
  },
  strict,
);

const Local = Type.Object({ ...model, provider: Type.Literal('local') }, strict);

export type BedrockSettings = Static<typeof Bedrock>;
export type OpenAiSettings = Static<typeof OpenAi>;
export type ModelRouteSettings = BedrockSettings | OpenAiSettings | Static<typeof Local>;
export type RouteSettings = Static<typeof Extractive> | ModelRouteSettings;

const Alias = Type.Union([
  Name,
  Type.Object(
    {
      routes: Type.Array(Type.Object({ route: Name, weight: Type.Number({ minimum: 0 }) }, strict), {
        minItems: 1,
        maxItems: 20,
      }),
      stickyBy: Type.Optional(Type.Union([Type.Literal('conversation'), Type.Literal('user')])),
    },
    strict,
  ),
]);

const Tenant = Type.Object(
  {
    route: Type.Optional(Name),
    budgetUsdPerDay: Type.Optional(Dollars),
    whenSpent: Type.Optional(Name),
  },
  strict,
);

const recordOf = <Schema extends TSchema>(pattern: string, schema: Schema) =>
  Type.Record(Type.String({ pattern }), schema, strict);

const Frame = Type.Object(
  {
    default: Name,
    routes: recordOf(ROUTE_NAME_PATTERN, Type.Unknown()),
    aliases: Type.Optional(recordOf(ROUTE_NAME_PATTERN, Alias)),
    tenants: Type.Optional(recordOf('^(\\*|[a-z0-9][a-z0-9._-]{0,63})$', Tenant)),
    lastResort: Type.Optional(Type.Union([Type.Literal('extractive'), Type.Literal('none')])),
  },
  strict,
);

export interface RoutesFile extends Omit<Static<typeof Frame>, 'routes'> {
  routes: Record<string, RouteSettings>;
}

const frame = createValidator(Frame);
const providers: Record<RouteSettings['provider'], Validator<TSchema>> = {
  extractive: createValidator(Extractive),
  bedrock: createValidator(Bedrock),
  openai: createValidator(OpenAi),
  local: createValidator(Local),
};

/**
 * The routes that a file names, with all that they refer to there.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming the file and the path of all that is wrong.
 */
export async function readRoutesFile(file: string): Promise<RoutesFile> {
  const value = await readJsonFile('ROUTES_FILE', file);
  const wrong: string[] = [];
  if (!frame.check(value)) {
    wrong.push(...frame.errors(value).map(({ path, detail }) => `${path} ${detail}`));
  } else {
    for (const [name, route] of Object.entries(value.routes)) wrong.push(...checkRoute(name, route));
    if (wrong.length === 0) wrong.push(...checkReferences(value as RoutesFile));
  }
  if (wrong.length === 0) return value as RoutesFile;
  throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `ROUTES_FILE ${file}: ${wrong.join('; ')}` });
}

/** Each provider by itself: the errors of a union would name what is wrong for the other providers. */
function checkRoute(name: string, route: unknown): string[] {
  const path = `/routes/${name}`;
  const provider = (route as { provider?: unknown } | null)?.provider;
  if (typeof provider !== 'string' || !Object.hasOwn(providers, provider)) {
    return [`${path}/provider must be ${Object.keys(providers).join(', ')}`];
  }
  const errors = providers[provider as RouteSettings['provider']].errors(route);
  return errors.map((error) => `${path}${error.path === '/' ? '' : error.path} ${error.detail}`);
}
