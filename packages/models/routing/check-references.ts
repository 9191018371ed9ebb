import type { RouteSettings, RoutesFile } from './routes-file.ts';

/** The route that needs no entry: it answers without a model. */
export const BUILT_IN = 'extractive';

/** What a file names and does not have, or has no use for: one line for each, with its path. */
export function checkReferences({
  default: standard,
  routes,
  aliases = {},
  tenants = {},
}: RoutesFile): string[] {
  const wrong: string[] = [];
  const isRoute = (name: string) => name === BUILT_IN || Object.hasOwn(routes, name);
  const isNamed = (name: string) => isRoute(name) || Object.hasOwn(aliases, name);
  const refer = (path: string, name: string | undefined, isKnown = isRoute) => {
    if (name !== undefined && !isKnown(name)) {
      wrong.push(`${path} names ${name}, which is no route${isKnown === isNamed ? ' or alias' : ''}`);
    }
  };

  refer('/default', standard, isNamed);
  for (const [name, route] of Object.entries(routes)) {
    const path = `/routes/${name}`;
    if (name === BUILT_IN) wrong.push(`${path} is the name of the route that is built in`);
    for (const [field, other] of referencesOf(route)) refer(`${path}/${field}`, other);
    wrong.push(...checkPairs(path, route));
  }
  for (const [name, alias] of Object.entries(aliases)) {
    const path = `/aliases/${name}`;
    if (isRoute(name)) wrong.push(`${path} is the name of a route too`);
    if (typeof alias === 'string') {
      refer(path, alias);
      continue;
    }
    for (const [i, { route }] of alias.routes.entries()) refer(`${path}/routes/${i}/route`, route);
    if (alias.routes.every(({ weight }) => weight === 0))
      wrong.push(`${path}/routes must have a weight above 0`);
  }
  for (const [name, { route, whenSpent, budgetUsdPerDay }] of Object.entries(tenants)) {
    refer(`/tenants/${name}/route`, route, isNamed);
    refer(`/tenants/${name}/whenSpent`, whenSpent);
    if (whenSpent !== undefined && budgetUsdPerDay === undefined) {
      wrong.push(`/tenants/${name}/whenSpent has no use without budgetUsdPerDay`);
    }
  }
  return wrong;
}

function referencesOf(route: RouteSettings): [field: string, name: string | undefined][] {
  const { overflow, whenShort, whenSpent, fallback = [] } = route;
  return [
    ['overflow', overflow],
    ['whenShort', whenShort],
    ['whenSpent', whenSpent],
    ...fallback.map((name, i): [string, string] => [`fallback/${i}`, name]),
    ...('hedgeRoute' in route ? [['hedgeRoute', route.hedgeRoute] as [string, string]] : []),
  ];
}

const PAIRS = [
  ['overflow', 'maxStreams'],
  ['whenShort', 'minTimeLeftMs'],
  ['whenSpent', 'budgetUsdPerDay'],
  ['hedgeRoute', 'hedgeAfterMs'],
] as const;

/** A field that only has an effect beside another. */
function checkPairs(path: string, route: RouteSettings): string[] {
  return PAIRS.flatMap(([field, other]) =>
    field in route && !(other in route) ? [`${path}/${field} has no use without ${other}`] : [],
  );
}
