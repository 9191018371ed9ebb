import { pickWeighted } from './pick-weighted.ts';
import type { Route, RouteTable } from './route-table.ts';

/** Why a route was asked. The first three: by request, tenant or default; then: in place of one that could not be. */
export type Reason =
  | 'request'
  | 'tenant'
  | 'default'
  | 'time'
  | 'load'
  | 'budget'
  | 'fallback'
  | 'last_resort';
export type Obstacle = Extract<Reason, 'time' | 'load' | 'budget'>;

export interface Candidate {
  route: Route;
  reason: Reason;
}

/** What the choice depends on. */
export interface Situation {
  /** A route or alias that the request asks for. */
  asked: string | undefined;
  tenant: string;
  /** Never the same for two conversations, or two users. */
  stickyKey: (by: 'conversation' | 'user') => string;
  /** Milliseconds, when the question has a deadline. */
  timeLeftMs: () => number | undefined;
  /** Answers that a route writes now. */
  streams: (route: string) => number;
  isRouteSpent: (route: string) => boolean;
  isTenantSpent: boolean;
}

export interface Choice {
  /** The route that was meant before anything stood in its way. */
  meant: Route;
  /** The routes to ask in turn. Each is decided on when it is asked for, as load and time are then. */
  candidates: Iterable<Candidate>;
  /** What stood in the way of routes that were left out so far. */
  obstacles: ReadonlySet<Obstacle>;
}

/**
 * The routes for a question. The request, the tenant and the default name one, in this order. What is short of time,
 * full, or out of money is replaced by the route that its rules name for that; then come its fallbacks, and the last
 * resort. No route comes twice.
 */
export function choose(table: RouteTable, situation: Situation): Choice {
  const { routes, lastResort } = table;
  const tenant = table.tenants.get(situation.tenant) ?? table.tenants.get('*');
  const seen = new Set<string>();
  const obstacles = new Set<Obstacle>();

  const named = situation.asked ?? tenant?.route ?? table.standard;
  const origin: Reason =
    situation.asked !== undefined ? 'request' : tenant?.route !== undefined ? 'tenant' : 'default';
  const alias = table.aliases.get(named);
  const meant = routes.get(
    alias ? pickWeighted(named, alias.routes, situation.stickyKey(alias.stickyBy)) : named,
  )!;

  function obstacleOf(route: Route): Obstacle | undefined {
    const { name, minTimeLeftMs, maxStreams } = route;
    if (minTimeLeftMs !== undefined && (situation.timeLeftMs() ?? Infinity) < minTimeLeftMs) return 'time';
    if (maxStreams !== undefined && situation.streams(name) >= maxStreams) return 'load';
    if (situation.isRouteSpent(name)) return 'budget';
    return isTooDear(route) ? 'budget' : undefined;
  }

  /** A tenant that has spent its budget is left with the route that its rules name, and those that cost nothing. */
  function isTooDear(route: Route): boolean {
    return situation.isTenantSpent && route.hasModel && route.name !== tenant?.whenSpent;
  }

  function replacementOf(route: Route, obstacle: Obstacle): string | undefined {
    if (obstacle === 'time') return route.whenShort;
    if (obstacle === 'load') return route.overflow;
    return isTooDear(route) ? tenant?.whenSpent : route.whenSpent;
  }

  function steer(start: string, reason: Reason): Candidate | undefined {
    let name: string | undefined = start;
    let why = reason;
    while (name !== undefined && !seen.has(name)) {
      seen.add(name);
      const route = routes.get(name)!;
      const obstacle = obstacleOf(route);
      if (!obstacle) return { route, reason: why };
      obstacles.add(obstacle);
      why = obstacle;
      name = replacementOf(route, obstacle);
    }
    return undefined;
  }

  function* inTurn(): Generator<Candidate> {
    const first = steer(meant.name, origin);
    if (first) yield first;
    for (const name of meant.fallback ?? []) {
      const next = steer(name, 'fallback');
      if (next) yield next;
    }
    if (lastResort !== undefined && !seen.has(lastResort)) {
      yield { route: routes.get(lastResort)!, reason: 'last_resort' };
    }
  }

  return { meant, candidates: inTurn(), obstacles };
}
