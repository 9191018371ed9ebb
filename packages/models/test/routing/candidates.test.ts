import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { choose, type Situation } from '../../routing/candidates.ts';
import type { RouteRules, RouteTable, TenantRules } from '../../routing/route-table.ts';

const generator = { model: 'm', async *generate() {}, close: async () => {} };

function tableOf(
  rules: Record<string, RouteRules>,
  {
    tenants = {},
    ...rest
  }: Partial<Omit<RouteTable, 'tenants'>> & { tenants?: Record<string, TenantRules> } = {},
): RouteTable {
  const routes = Object.entries(rules).map(([name, rule]) => ({ ...rule, name, generator, hasModel: true }));
  return {
    routes: new Map([
      ...routes.map((route) => [route.name, route] as const),
      ['extractive', { name: 'extractive', generator, hasModel: false }],
    ]),
    aliases: new Map(),
    tenants: new Map(Object.entries(tenants)),
    standard: 'fast',
    lastResort: 'extractive',
    close: async () => {},
    ...rest,
  };
}

function inTurn(table: RouteTable, situation: Partial<Situation> = {}): string[] {
  const { candidates } = choose(table, {
    asked: undefined,
    tenant: 'acme',
    stickyKey: () => 'key',
    timeLeftMs: () => undefined,
    streams: () => 0,
    isRouteSpent: () => false,
    isTenantSpent: false,
    ...situation,
  });
  return [...candidates].map(({ route, reason }) => `${route.name} ${reason}`);
}

test('the request goes before the tenant, and the tenant before the default', () => {
  const table = tableOf({ fast: {}, best: {}, tuned: {} }, { tenants: { acme: { route: 'best' } } });
  assert.equal(inTurn(table, { asked: 'tuned' })[0], 'tuned request');
  assert.equal(inTurn(table)[0], 'best tenant');
  assert.equal(inTurn(table, { tenant: 'other' })[0], 'fast default');
  const all = tableOf({ fast: {}, best: {} }, { tenants: { '*': { route: 'best' } } });
  assert.equal(inTurn(all)[0], 'best tenant');
});

test('an alias stands for its route, wherever a route is named', () => {
  const aliases = new Map([
    ['main', { routes: [{ route: 'best', weight: 1 }], stickyBy: 'conversation' as const }],
  ]);
  const table = tableOf({ fast: {}, best: {} }, { aliases, standard: 'main' });
  assert.equal(inTurn(table)[0], 'best default');
  assert.equal(inTurn(table, { asked: 'main' })[0], 'best request');
});

test('a question short of time, a full route and a spent budget each lead elsewhere', () => {
  const table = tableOf({
    fast: {
      minTimeLeftMs: 1_000,
      whenShort: 'tiny',
      maxStreams: 2,
      overflow: 'burst',
      budgetUsdPerDay: 1,
      whenSpent: 'cheap',
      fallback: ['best'],
    },
    tiny: {},
    burst: {},
    cheap: {},
    best: {},
  });
  const rest = ['best fallback', 'extractive last_resort'];
  assert.deepEqual(inTurn(table), ['fast default', ...rest]);
  assert.deepEqual(inTurn(table, { timeLeftMs: () => 1_000 }), ['fast default', ...rest]);
  assert.deepEqual(inTurn(table, { timeLeftMs: () => 999 }), ['tiny time', ...rest]);
  assert.deepEqual(inTurn(table, { streams: () => 2 }), ['burst load', ...rest]);
  assert.deepEqual(inTurn(table, { isRouteSpent: (name) => name === 'fast' }), ['cheap budget', ...rest]);
  assert.deepEqual(inTurn(table, { timeLeftMs: () => 1, streams: () => 9 })[0], 'tiny time');
});

test('an overflow that is full itself leads on, and a circle ends', () => {
  const table = tableOf({
    fast: { maxStreams: 1, overflow: 'burst' },
    burst: { maxStreams: 1, overflow: 'fast' },
  });
  assert.deepEqual(inTurn(table, { streams: (name) => (name === 'fast' ? 1 : 0) })[0], 'burst load');
  assert.deepEqual(inTurn(table, { streams: () => 1 }), ['extractive last_resort']);
});

test('a tenant that has spent its budget is left with what its rules name, and what costs nothing', () => {
  const rules = { fast: { fallback: ['best'] }, best: {}, cheap: {} };
  const spent = { isTenantSpent: true };
  assert.deepEqual(inTurn(tableOf(rules, { tenants: { acme: { whenSpent: 'cheap' } } }), spent), [
    'cheap budget',
    'extractive last_resort',
  ]);
  assert.deepEqual(inTurn(tableOf(rules, { tenants: { acme: {} } }), spent), ['extractive last_resort']);
});

test('whatever the rules and the situation, no route comes twice, none that is full, and the last resort last', () => {
  const names = ['fast', 'a', 'b', 'c'];
  const other = fc.option(fc.constantFrom(...names, 'extractive'), { nil: undefined });
  const rule = fc.record({
    maxStreams: fc.constantFrom(undefined, 1, 2),
    overflow: other,
    minTimeLeftMs: fc.constantFrom(undefined, 100),
    whenShort: other,
    whenSpent: other,
    fallback: fc.array(fc.constantFrom(...names, 'extractive'), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(
      fc.record({ fast: rule, a: rule, b: rule, c: rule }),
      fc.dictionary(fc.constantFrom(...names), fc.nat({ max: 2 })),
      fc.constantFrom(undefined, 50, 200),
      fc.array(fc.constantFrom(...names)),
      fc.boolean(),
      (rules, load, timeLeft, spent, isTenantSpent) => {
        const chosen = inTurn(tableOf(rules), {
          streams: (name) => load[name] ?? 0,
          timeLeftMs: () => timeLeft,
          isRouteSpent: (name) => spent.includes(name),
          isTenantSpent,
        }).map((line) => line.split(' ')[0]!);
        assert.equal(new Set(chosen).size, chosen.length);
        assert.ok(chosen.includes('extractive'));
        for (const name of chosen.filter((each) => each !== 'extractive')) {
          const { maxStreams = Infinity } = rules[name as 'fast'];
          assert.ok((load[name] ?? 0) < maxStreams && !spent.includes(name) && !isTenantSpent, name);
        }
      },
    ),
  );
});
