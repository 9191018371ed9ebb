import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createAccessTokens } from '../access-token.ts';

const secret = 'a-secret-of-at-least-32-characters';
const key = new TextEncoder().encode(secret);
const access = { tenant: 'acme', principals: ['user:ada', 'group:staff'] };
const tokens = createAccessTokens({ secret });
const refused = { code: 'FRESHET_UNAUTHENTICATED' };

function jwt(claims: Record<string, unknown>, { audience = 'freshet', expires = true } = {}): SignJWT {
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setAudience(audience).setIssuedAt();
  return expires ? token.setExpirationTime('60s') : token;
}

test('who asks comes through as it was signed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/),
      fc.array(fc.stringMatching(/^(user|group):[a-zé🌊@.]{1,50}$/u), { maxLength: 20 }),
      async (tenant, principals) => {
        const token = tokens.sign({ tenant, principals });
        assert.deepEqual(tokens.verify(`Bearer ${token}`), { tenant, principals });
        assert.deepEqual(tokens.verify(`bearer ${token}`), { tenant, principals });
      },
    ),
    { numRuns: 30 },
  );
});

test('only a token that was signed for a manager is one', async () => {
  const plain = tokens.sign(access);
  assert.throws(() => tokens.verifyManager(`Bearer ${plain}`), { code: 'FRESHET_FORBIDDEN' });
  const manager = `Bearer ${tokens.sign(access, { isManager: true })}`;
  assert.deepEqual(tokens.verifyManager(manager), access);
  assert.deepEqual(tokens.verify(manager), access);
});

test('a token is refused when any of its characters is changed', async () => {
  const token = tokens.sign(access);
  for (let i = 0; i < token.length; i += 3) {
    // The last character of a part may carry bits that are not read.
    if (token[i] === '.' || token[i + 1] === '.' || i === token.length - 1) continue;
    const forged = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
    assert.throws(() => tokens.verify(`Bearer ${forged}`), refused);
  }
});

test('a token of another secret, algorithm or audience is refused', async () => {
  const other = createAccessTokens({ secret: 'another-secret-of-32-characters-or-more' });
  const hs512 = new SignJWT(access).setProtectedHeader({ alg: 'HS512' }).setAudience('freshet');
  const unsecured = new UnsecuredJWT(access).setAudience('freshet').setExpirationTime('60s').encode();
  for (const forged of [
    other.sign(access),
    await hs512.setExpirationTime('60s').sign(new Uint8Array(64)),
    unsecured,
    `${unsecured}${tokens.sign(access).split('.')[2]}`,
    await jwt(access, { audience: 'elsewhere' }).sign(key),
  ]) {
    assert.throws(() => tokens.verify(`Bearer ${forged}`), refused);
  }
});

test('a token that has expired, or never would, is refused', async () => {
  const expired = createAccessTokens({ secret, ttlSeconds: 0 }).sign(access);
  assert.throws(() => tokens.verify(`Bearer ${expired}`), refused);
  const endless = await jwt(access, { expires: false }).sign(key);
  assert.throws(() => tokens.verify(`Bearer ${endless}`), refused);
});

test('a signed token without a tenant or with other principals than names is refused', async () => {
  for (const claims of [
    {},
    { tenant: 'acme' },
    { ...access, principals: 'user:ada' },
    { ...access, tenant: '*' },
  ]) {
    const token = await jwt(claims).sign(key);
    assert.throws(() => tokens.verify(`Bearer ${token}`), refused);
  }
});

test('no token, or another scheme, is refused', async () => {
  const token = tokens.sign(access);
  for (const header of [undefined, '', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer ${token} x`]) {
    assert.throws(() => tokens.verify(header), refused);
  }
});
