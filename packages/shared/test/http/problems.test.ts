import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { type ErrorCode, FreshetError } from '../../errors.ts';
import { toFreshetError } from '../../http/problems.ts';
import { openApp } from '../service/open-app.ts';

interface Answer {
  statusCode: number;
  headers: Record<string, unknown>;
  json(): Record<string, unknown>;
  body: string;
}

function assertProblem(answer: Answer, status: number, code: ErrorCode): Record<string, unknown> {
  assert.equal(answer.statusCode, status, answer.body);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  const problem = answer.json();
  assert.equal(problem['code'], code);
  assert.equal(problem['status'], status);
  assert.match(String(problem['traceId']), /^[0-9a-f]{32}$/);
  assert.equal(answer.headers['x-trace-id'], problem['traceId']);
  return problem;
}

test('an unknown route is a 404 problem, whatever the body is', async (t) => {
  const { app } = await openApp(t);
  assertProblem(await app.inject('/nowhere'), 404, 'FRESHET_ROUTE_NOT_FOUND');
  assertProblem(
    await app.inject({
      method: 'POST',
      url: '/nowhere',
      headers: { 'content-type': 'text/xml' },
      payload: '<a/>',
    }),
    404,
    'FRESHET_ROUTE_NOT_FOUND',
  );
});

test('a known route with another method is a 405 problem whose Allow names the methods', async (t) => {
  const { app } = await openApp(t);
  app.delete('/documents/:source/*', async () => 'gone');
  app.get('/documents/:source/*', async () => 'here');
  app.get('/open.json', async () => ({}));
  const wrong = await app.inject({ method: 'POST', url: '/documents/handbook/a/b?x=1' });
  assertProblem(wrong, 405, 'FRESHET_METHOD_NOT_ALLOWED');
  assert.equal(wrong.headers['allow'], 'DELETE, GET, HEAD');
  const live = await app.inject({ method: 'PUT', url: '/livez', payload: {} });
  assert.equal(live.headers['allow'], 'GET, HEAD');
  assertProblem(await app.inject('/open_json'), 404, 'FRESHET_ROUTE_NOT_FOUND');
});

test('a path that only looks like a route is a 404, never a 405 that allows the method', async (t) => {
  const { app } = await openApp(t);
  assertProblem(await app.inject('/livez/'), 404, 'FRESHET_ROUTE_NOT_FOUND');
  assertProblem(await app.inject({ method: 'POST', url: '/livez/' }), 404, 'FRESHET_ROUTE_NOT_FOUND');
});

test('a malformed escape in the path is a 400 problem', async (t) => {
  const { app } = await openApp(t);
  app.get('/documents/:id', async () => 'here');
  const origin = 'http://localhost';
  for (const url of [`${origin}/documents/%zz`, `${origin}/documents/%`, `${origin}/documents/%ff`]) {
    const answer = await app.inject({
      url,
      headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    assert.equal(assertProblem(answer, 400, 'FRESHET_REQUEST_INVALID')['traceId'], 'a'.repeat(32));
  }
});

test('a path parameter that is too long is a problem', async (t) => {
  const { app } = await openApp(t);
  app.get('/documents/:id', async () => 'here');
  const answer = await app.inject(`/documents/${'x'.repeat(5000)}`);
  assert.ok(answer.statusCode >= 400 && answer.statusCode < 500);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
});

test('a thrown error never leaks its message, whatever it carries', async (t) => {
  const { app } = await openApp(t);
  const secret = 'password=hunter2';
  const thrown: Record<string, unknown> = {
    error: new Error(secret),
    string: secret,
    coded: Object.assign(new Error(secret), { code: 'ECONNREFUSED' }),
    answered: Object.assign(new Error(secret), { statusCode: 404 }),
    prototype: Object.assign(new Error(secret), { code: 'constructor', statusCode: 400 }),
  };
  app.get('/throw/:what', async (request) => {
    throw thrown[(request.params as { what: string }).what];
  });
  for (const what of Object.keys(thrown)) {
    const answer = await app.inject(`/throw/${what}`);
    assertProblem(answer, 500, 'FRESHET_INTERNAL');
    assert.doesNotMatch(answer.body, /hunter2/);
  }
});

test('anything that was thrown becomes an error of the catalogue', () => {
  for (const thrown of [undefined, null, 0, '', 'text', {}, [], Symbol('x')]) {
    assert.equal(toFreshetError(thrown).code, 'FRESHET_INTERNAL');
  }
});

test('a coded error is its own problem; one that can be retried soon says when', async (t) => {
  const { app } = await openApp(t);
  app.get('/overloaded', async () => {
    throw new FreshetError('FRESHET_OVERLOADED');
  });
  const answer = await app.inject('/overloaded');
  assert.equal(assertProblem(answer, 503, 'FRESHET_OVERLOADED')['isRetryable'], true);
  assert.equal(answer.headers['retry-after'], '1');
});

test('a field that the schema does not know, lacks or types otherwise is named', async (t) => {
  const { app } = await openApp(t);
  const body = Type.Object({ n: Type.Integer() }, { additionalProperties: false });
  app.post('/n', { schema: { body } }, async (request) => request.body);
  for (const [payload, detail] of [
    [{ n: 1, surplus: true }, /surplus/],
    [{}, /'n'/],
    [{ n: '1' }, /\/body\/n must be integer/],
    [[], /\/body must be object/],
  ] as const) {
    const answer = await app.inject({ method: 'POST', url: '/n', payload });
    const problem = assertProblem(answer, 400, 'FRESHET_REQUEST_INVALID');
    assert.match(String(problem['detail']), detail);
    assert.equal((problem['errors'] as unknown[]).length, 1);
  }
  assert.equal((await app.inject({ method: 'POST', url: '/n', payload: { n: 1 } })).statusCode, 200);
});
