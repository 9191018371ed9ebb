import { createSigner, createVerifier } from 'fast-jwt';
import { Access } from './contracts/identity.ts';
import { FreshetError } from './errors.ts';
import { createValidator } from './validation.ts';

export interface AccessTokens {
  /** Signs who asks, for the services behind the gateway, and whether they manage the tenant's documents. */
  sign(access: Access, options?: { isManager?: boolean }): string;
  /** @throws {FreshetError} `FRESHET_UNAUTHENTICATED` for a token that is forged, expired or absent. */
  verify(authorization: string | undefined): Access;
  /**
   * The same, for what only those may ask who write documents.
   * @throws {FreshetError} `FRESHET_FORBIDDEN` too.
   */
  verifyManager(authorization: string | undefined): Access;
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
 *
 * Signed and checked on the spot, in microseconds: libraries on WebCrypto do it in jobs of the thread pool, which costs
 * a question a third of a millisecond of processor.
 */
export function createAccessTokens({ secret, ttlSeconds = 60 }: AccessTokenOptions): AccessTokens {
  const signToken = createSigner({
    key: secret,
    algorithm: 'HS256',
    aud: AUDIENCE,
    expiresIn: ttlSeconds * 1000,
  });
  const verifyToken = createVerifier({
    key: secret,
    algorithms: ['HS256'],
    allowedAud: AUDIENCE,
    requiredClaims: ['aud', 'exp'],
  });

  function read(authorization: string | undefined): { caller: Access; isManager: boolean } {
    const detail =
      'Only the gateway of this fleet may call this service; check that INTERNAL_TOKEN_SECRET is the same.';
    const token = authorization?.match(/^Bearer (\S+)$/i)?.[1];
    if (!token) throw new FreshetError('FRESHET_UNAUTHENTICATED', { detail });
    let claims: Partial<Access> & { isManager?: boolean };
    try {
      claims = verifyToken(token);
    } catch (cause) {
      throw new FreshetError('FRESHET_UNAUTHENTICATED', { detail, cause });
    }
    const caller = { tenant: claims.tenant, principals: claims.principals };
    if (!access.check(caller)) throw new FreshetError('FRESHET_UNAUTHENTICATED', { detail });
    return { caller, isManager: claims.isManager === true };
  }

  return {
    sign: ({ tenant, principals }, { isManager = false } = {}) =>
      signToken({ tenant, principals, ...(isManager ? { isManager } : {}) }),
    verify: (authorization) => read(authorization).caller,
    verifyManager(authorization) {
      const { caller, isManager } = read(authorization);
      if (!isManager) throw new FreshetError('FRESHET_FORBIDDEN');
      return caller;
    },
  };
}
