import { createHash } from 'node:crypto';
import { type Access, Principal, Tenant } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { readJsonFile } from '@freshet/shared/json-setting';
import { createValidator } from '@freshet/shared/validation';
import { Type } from 'typebox';

/** Who calls the gateway. */
export interface Caller {
  access: Access;
  canWrite: boolean;
}

export interface Callers {
  /** @throws {FreshetError} `FRESHET_UNAUTHENTICATED` */
  identify(authorization: string | undefined): Caller;
}

const ApiKeys = createValidator(
  Type.Array(
    Type.Object(
      {
        key: Type.String({ minLength: 16 }),
        tenant: Tenant,
        principals: Type.Array(Principal),
        canWrite: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    { minItems: 1 },
  ),
);

export const ANONYMOUS: Caller = { access: { tenant: 'default', principals: [] }, canWrite: true };

/**
 * The callers that a file of API keys names. Without a file everybody is anonymous: what is public in the tenant
 * `default` is all they see.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function readCallers(file: string | undefined): Promise<Callers> {
  if (file === undefined) return { identify: () => ANONYMOUS };
  const keys = await readKeys(file);
  // Looked up by hash, so that the time of a look-up tells nothing about a key.
  const callers = new Map(
    keys.map(({ key, tenant, principals, canWrite = false }) => [
      digest(key),
      { access: { tenant, principals }, canWrite },
    ]),
  );
  return {
    identify(authorization) {
      const key = authorization?.match(/^Bearer (\S+)$/i)?.[1];
      const caller = key === undefined ? undefined : callers.get(digest(key));
      if (!caller) throw new FreshetError('FRESHET_UNAUTHENTICATED');
      return caller;
    },
  };
}

async function readKeys(file: string) {
  const value = await readJsonFile('API_KEYS_FILE', file);
  if (ApiKeys.check(value)) return value;
  const [first] = ApiKeys.errors(value);
  const detail = `API_KEYS_FILE ${file}: ${first?.path} ${first?.detail}`;
  throw new FreshetError('FRESHET_CONFIG_INVALID', { detail });
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
