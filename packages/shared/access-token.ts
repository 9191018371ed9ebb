import { jwtVerify, SignJWT } from 'jose';
import { Access } from './contracts/identity.ts';
import { FreshetError } from './errors.ts';
import { createValidator } from './validation.ts';

export interface AccessTokens {
  /** Signs who asks, for the services behind the gateway, and whether they manage the tenant's documents. */
  sign(access: Access, options?: { isManager?: boolean }): Promise<string>;
  /** @throws {FreshetError} `FRESHET_UNAUTHENTICATED` for a token that is forged, expired or absent. */
  verify(authorization: string | undefined): Promise<Access>;
  /**
   * The same, for what only those may ask who write documents.
   * @throws {FreshetError} `FRESHET_FORBIDDEN` too.
   */
  verifyManager(authorization: string | undefined): Promise<Access>;
}

export interface AccessTokenOptions {
  /** Shared by the services of one fleet. */
  secret: string;
  ttlSeconds?: number;
}

const AUDIENCE = 'freshet';
const access = createValidator(Access);

/**
 * The short-lived signed token (JWT, HS256) that carries tenant and principals between services. The services
 * behind the gateway trust this token, never a request's body.
 */
export function createAccessTokens({ secret, ttlSeconds = 60 }: AccessTokenOptions): AccessTokens {
  // Imported once: jose imports a secret of bytes anew for each token, in a job of the thread pool.
  const imported = crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
  const refusal =
    'Only the gateway of this fleet may call this service; check that INTERNAL_TOKEN_SECRET is the same.';

  async function read(authorization: string | undefined): Promise<Access & { isManager: boolean }> {
    const token = authorization?.match(/^Bearer (\S+)$/i)?.[1];
    if (!token) throw new FreshetError('FRESHET_UNAUTHENTICATED', { detail: refusal });
    try {
      const { payload } = await jwtVerify<Access & { isManager?: true }>(token, await imported, {
        audience: AUDIENCE,
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
      });
      const caller = { tenant: payload.tenant, principals: payload.principals };
      if (access.check(caller)) return { ...caller, isManager: payload.isManager === true };
    } catch (cause) {
      throw new FreshetError('FRESHET_UNAUTHENTICATED', { detail: refusal, cause });
    }
    throw new FreshetError('FRESHET_UNAUTHENTICATED', { detail: refusal });
  }

  return {
    async sign({ tenant, principals }, { isManager = false } = {}) {
      return new SignJWT({ tenant, principals, ...(isManager ? { isManager } : {}) })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${ttlSeconds}s`)
        .sign(await imported);
    },
    async verify(authorization) {
      const { tenant, principals } = await read(authorization);
      return { tenant, principals };
    },
    async verifyManager(authorization) {
      const { isManager, ...caller } = await read(authorization);
      if (!isManager) throw new FreshetError('FRESHET_FORBIDDEN');
      return caller;
    },
  };
}
