import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNestedDeeper } from '../../http/json-body.ts';
import { openApp } from '../service/open-app.ts';

async function echo(t: import('node:test').TestContext, options: { bodyLimit?: number } = {}) {
  const { app, logged } = await openApp(t, options);
  app.post('/echo', async (request) => ({ value: request.body }));
  return {
    logged,
    send: (payload: string | Buffer, contentType = 'application/json') =>
      app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': contentType }, payload }),
  };
}

test('a JSON value comes through as it was sent', async (t) => {
  const { send } = await echo(t);
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 8 }), async (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/"(__proto__|constructor)"/.test(text));
      const answer = await send(text);
      assert.equal(answer.statusCode, 200, answer.body);
      assert.equal(JSON.stringify(answer.json().value), JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 50 },
  );
});

for (const [what, payload] of [
  ['an empty body', ''],
  ['a cut body', '{"question": "how'],
  ['no JSON', 'question'],
  ['two values', '{} {}'],
  ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ['JSON nested 33 deep', '['.repeat(33) + ']'.repeat(33)],
  ['JSON nested 400,000 deep', '['.repeat(400_000)],
  ['a __proto__ key', '{"__proto__": {"isAdmin": true}}'],
  ['an escaped __proto__ key', '{"a": {"__proto\\u005f_": {"isAdmin": true}}}'],
  ['a constructor with a prototype', '{"constructor": {"prototype": {"isAdmin": true}}}'],
] as const) {
  test(`${what} is refused as malformed`, async (t) => {
    const { send } = await echo(t);
    const answer = await send(payload);
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().code, 'FRESHET_BODY_MALFORMED');
  });
}

test('a body that is not JSON is quoted neither in the answer nor in the log', async (t) => {
  const { send, logged } = await echo(t);
  const answer = await send('{"content": "the merger is confidential" oops}');
  assert.equal(answer.json().code, 'FRESHET_BODY_MALFORMED');
  assert.doesNotMatch(answer.body + JSON.stringify(logged), /confidential|oops/);
});

test('32 levels are read', async (t) => {
  const { send } = await echo(t);
  assert.equal((await send('['.repeat(32) + ']'.repeat(32))).statusCode, 200);
});

test('a body of exactly the limit is read and one byte more is refused', async (t) => {
  const { send } = await echo(t, { bodyLimit: 100 });
  assert.equal((await send(`"${'x'.repeat(98)}"`)).statusCode, 200);
  const answer = await send(`"${'x'.repeat(99)}"`);
  assert.equal(answer.statusCode, 413);
  assert.equal(answer.json().code, 'FRESHET_BODY_TOO_LARGE');
});

test('another content type than JSON is refused', async (t) => {
  const { send } = await echo(t);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
  ]) {
    const answer = await send('{}', type);
    assert.equal(answer.statusCode, 415, type);
    assert.equal(answer.json().code, 'FRESHET_MEDIA_TYPE_UNSUPPORTED');
  }
  assert.equal((await send('{}', 'application/json; charset=utf-8')).statusCode, 200);
});

test('depth is that of brackets outside strings', () => {
  const depth = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? 1 + Math.max(0, ...Object.values(value as object).map(depth))
      : 0;
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom('[', '{', ']', '"', '\\', 'é', '🌊') }),
      (value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        assert.equal(isNestedDeeper(bytes, depth(value)), false);
        if (depth(value) > 0) assert.equal(isNestedDeeper(bytes, depth(value) - 1), true);
      },
    ),
  );
});
