import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import {
  assertSearchFilter,
  type SearchFilter,
  SearchFilter as SearchFilterSchema,
} from '../../contracts/index.ts';
import { problems } from '../../http/problems.ts';
import { requestContext } from '../../http/request-context.ts';

test('a filter that asks for something is taken', () => {
  for (const filter of [
    undefined,
    {},
    { changedAt: { gte: '2026-01-01', lte: '2026-01-01' } },
    { attributes: { a: { gt: 1, lt: 2 }, b: { prefix: 'x' }, c: [1], d: { lte: '2026-01-01T00:00:00Z' } } },
  ]) {
    assertSearchFilter(filter as SearchFilter);
  }
});

test('a wrong filter is answered with 400 and its path', async (t) => {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
  t.after(() => app.close());
  await app.register(requestContext, { drainMs: 0 });
  await app.register(problems);
  app.post('/', { schema: { body: SearchFilterSchema } }, async (request) => {
    assertSearchFilter(request.body as SearchFilter, '/body');
    return 'taken';
  });
  for (const [path, filter] of [
    ['/body', { colour: 'red' }],
    ['/body/sources', { sources: [] }],
    ['/body/sources/0', { sources: ['No'] }],
    ['/body/sources', { sources: 'handbook' }],
    ['/body/attributes', { attributes: { '1st': 1 } }],
    ['/body/attributes', { attributes: [] }],
    ['/body/attributes/a', { attributes: { a: null } }],
    ['/body/attributes/a', { attributes: { a: [] } }],
    ['/body/attributes/a/0', { attributes: { a: [null] } }],
    ['/body/attributes/a', { attributes: { a: { above: 1 } } }],
    ['/body/attributes/a', { attributes: { a: {} } }],
    ['/body/attributes/a/gte', { attributes: { a: { gte: 'soon' } } }],
    ['/body/attributes/a/prefix', { attributes: { a: { prefix: '' } } }],
    ['/body/attributes/a', { attributes: { a: { gt: 1, prefix: 'x' } } }],
    ['/body/attributes/a', { attributes: { a: { gte: 2, lte: 1 } } }],
    ['/body/attributes/a', { attributes: { a: { gt: 1, lt: 1 } } }],
    ['/body/attributes/a', { attributes: { a: { gt: 1, gte: 1 } } }],
    ['/body/attributes/a', { attributes: { a: { gte: 1, lt: '2026-01-01' } } }],
    ['/body/changedAt', { changedAt: {} }],
    ['/body/changedAt/gte', { changedAt: { gte: 5 } }],
    ['/body/changedAt/gte', { changedAt: { gte: '2026-02-30' } }],
    ['/body/changedAt', { changedAt: { after: '2026-01-01' } }],
    ['/body/changedAt', { changedAt: { gte: '2026-01-02', lt: '2026-01-01' } }],
  ] as const) {
    const response = await app.inject({ method: 'POST', url: '/', payload: filter });
    assert.equal(response.statusCode, 400, JSON.stringify(filter));
    const problem = response.json();
    assert.equal(problem.code, 'FRESHET_REQUEST_INVALID');
    const paths = problem.errors.map((error: { path: string }) => error.path);
    assert.ok(paths.includes(path), `${JSON.stringify(filter)}: ${paths}`);
  }
});
