import { envSchema } from 'env-schema';
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { FreshetError } from './errors.ts';
import { telemetryConfig } from './telemetry.ts';

/** Variables that every service reads. Each service spreads them into its own schema. */
export const commonConfig = {
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on. `0.0.0.0` in a container.' }),
  LOG_LEVEL: Type.Union(
    (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).map((level) =>
      Type.Literal(level),
    ),
    { default: 'info', description: 'Least severe log lines that are written.' },
  ),
  SHUTDOWN_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    description: 'How long running requests may take to end after SIGTERM.',
  }),
  ...telemetryConfig,
};

/** Of what uses the embedded adapters. */
export const storageConfig = {
  DATA_DIR: Type.String({ default: 'data', description: 'Folder of the embedded document log and index.' }),
};

export const internalTokenConfig = {
  INTERNAL_TOKEN_SECRET: Type.String({
    minLength: 32,
    description:
      'Signs who asks, between gateway, retriever and generator. The same on all three; 32 characters or more.',
    writeOnly: true,
  }),
};

/**
 * Reads a service's variables from the environment, with defaults and types from the schema.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming every variable that is wrong, never its value.
 */
export function loadConfig<Properties extends TProperties>(
  schema: TObject<Properties>,
  env: NodeJS.ProcessEnv = process.env,
): Static<TObject<Properties>> {
  try {
    // An empty variable is one that was not set: compose files and shells write `NAME=`.
    const data = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
    return envSchema({
      schema: { ...schema, additionalProperties: false },
      data,
      env: false,
      // `secret` marks a variable for the docs; Ajv refuses keywords that it was not told of.
      ajv: { customOptions: (ajv) => ajv.addKeyword('secret') },
    });
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: explain(cause), cause });
  }
}

interface AjvError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

function explain(cause: unknown): string {
  const errors = (cause as { errors?: AjvError[] }).errors ?? [];
  const wrong = new Map<string, string>();
  for (const { instancePath, keyword, params, message = 'is wrong' } of errors) {
    if (keyword === 'anyOf') continue;
    const name = keyword === 'required' ? String(params['missingProperty']) : instancePath.slice(1);
    const reason =
      keyword === 'required'
        ? 'is required'
        : keyword === 'const'
          ? `must be ${params['allowedValue']}`
          : message;
    const known = wrong.get(name);
    wrong.set(name, known ? `${known} or ${reason.replace('must be ', '')}` : reason);
  }
  return wrong.size === 0
    ? String(cause)
    : [...wrong].map(([name, reason]) => `${name} ${reason}`).join('; ');
}
