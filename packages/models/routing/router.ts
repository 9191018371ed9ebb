import type { Attempt } from '@freshet/shared/contracts';
import { codeOf, FreshetError, hasCode } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import type { Registry } from '@freshet/shared/metrics';
import type { GenerateOptions } from '../generation.ts';
import { createModelMetrics } from '../model-metrics.ts';
import { observeGenerator } from '../observed-generator.ts';
import { attempt, type RoutedPart } from './attempt.ts';
import { type BudgetState, createBudgets } from './budgets.ts';
import { type Candidate, choose, type Obstacle, type Reason } from './candidates.ts';
import { type CircuitBreaker, createCircuitBreaker, type Permit } from './circuit-breaker.ts';
import { hedge } from './hedge.ts';
import { createRouteMetrics } from './route-metrics.ts';
import type { Route, RouteTable } from './route-table.ts';
import { createMemorySpending, type Spending } from './spending.ts';

export interface RoutedOptions extends Omit<GenerateOptions, 'onUsage' | 'onRetry'> {
  /** A route or alias that the request asks for. */
  route?: string | undefined;
  tenant: string;
  /** Who asks, where it is known. */
  user?: string | undefined;
  /** Milliseconds that are left for the whole answer. */
  timeLeftMs?: number | undefined;
}

/** Answers each question by one of several routes to models. */
export interface Router {
  /** @throws {FreshetError} `FRESHET_ROUTE_UNKNOWN`, naming those that may be asked for. */
  check(route: string): void;
  /**
   * Streams the answer of the first route that begins one; after its first word no other is asked.
   * @throws {FreshetError} `FRESHET_ROUTE_UNKNOWN`; what the last route failed with; and when none could be asked,
   * `FRESHET_OVERLOADED`, `FRESHET_BUDGET_SPENT`, `FRESHET_DEADLINE_EXCEEDED` or `FRESHET_MODEL_UNAVAILABLE`.
   */
  generate(options: RoutedOptions): AsyncGenerator<RoutedPart>;
}

export interface RouterOptions {
  registry: Registry;
  logger: Logger;
  spending?: Spending;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

interface LiveRoute extends Omit<Route, 'breaker'> {
  streams: number;
  breaker: CircuitBreaker | undefined;
}

const NOTHING_SPENT: BudgetState = { routes: new Set(), tenant: false };
const FREE: Permit = { succeeded() {}, failed() {}, abandoned() {} };

/** The calls that a question may cause, and all that was counted of those before it. */
export function createRouter(
  table: RouteTable,
  { registry, logger, spending = createMemorySpending(), now = () => performance.now() }: RouterOptions,
): Router {
  const modelMetrics = createModelMetrics(registry);
  const metrics = createRouteMetrics(registry, () => routes.values());
  const budgets = createBudgets(table, spending, logger);
  const routes = new Map([...table.routes].map(([name, route]) => [name, enliven(route)]));
  const requestable = [...table.routes.values()].flatMap(({ name, isRequestable = true }) =>
    isRequestable ? [name] : [],
  );
  const names = new Set([...requestable, ...table.aliases.keys()]);

  function enliven(route: Route): LiveRoute {
    const { name, generator, breaker } = route;
    const onOpened = () => {
      logger.warn({ route: name }, 'circuit breaker opened');
      metrics.opened(name);
    };
    return {
      ...route,
      generator: observeGenerator(generator, modelMetrics),
      streams: 0,
      breaker: breaker && createCircuitBreaker({ ...breaker, now, onOpened }),
    };
  }

  function check(route: string): void {
    if (names.has(route)) return;
    throw new FreshetError('FRESHET_ROUTE_UNKNOWN', {
      detail: `There is no route ${JSON.stringify(route)}; there are: ${[...names].sort().join(', ')}.`,
    });
  }

  async function* generate(options: RoutedOptions): AsyncGenerator<RoutedPart> {
    const { route: asked, tenant, user = '', timeLeftMs, ...call } = options;
    if (asked !== undefined) check(asked);
    const start = now();
    const spent = budgets ? await budgets.look(tenant) : NOTHING_SPENT;
    const choice = choose(table, {
      asked,
      tenant,
      stickyKey: (by) =>
        [tenant, user, ...(by === 'user' && user !== '' ? [] : [call.messages[0]?.content])].join('\0'),
      timeLeftMs: () => timeLeftMs && timeLeftMs - (now() - start),
      streams: (name) => routes.get(name)!.streams,
      isRouteSpent: (name) => spent.routes.has(name),
      isTenantSpent: spent.tenant,
    });
    const attempts: Attempt[] = [];
    let failure: unknown;

    /** One more call, or `undefined` while the circuit breaker of its route is open. */
    function open(name: string, reason: Reason | 'hedge') {
      const route = routes.get(name)!;
      const permit = route.breaker ? route.breaker.acquire() : FREE;
      if (!permit) return undefined;
      metrics.selected(name, reason);
      route.streams += 1;
      const onEnd = (ended: Attempt) => {
        route.streams -= 1;
        metrics.attempted(ended);
        if (ended.costUsd) budgets?.charge(name, tenant, ended.costUsd);
      };
      return (signal: AbortSignal) => attempt(route, { ...call, signal }, { permit, attempts, onEnd });
    }

    function begin({ route, reason }: Candidate): AsyncGenerator<RoutedPart> | undefined {
      const { name, hedgeAfterMs, hedgeRoute = name } = route;
      const { signal } = call;
      const openFirst = open(name, reason);
      if (!openFirst || hedgeAfterMs === undefined) return openFirst?.(signal);
      const other = routes.get(hedgeRoute)!;
      const mayHedge = () =>
        other.streams < (other.maxStreams ?? Infinity) && !spent.routes.has(hedgeRoute) && !spent.tenant;
      return hedge(openFirst, {
        afterMs: hedgeAfterMs,
        signal,
        openSecond: () => (mayHedge() ? open(hedgeRoute, 'hedge') : undefined),
      });
    }

    function complete(part: RoutedPart): RoutedPart {
      if (part.type === 'delta') return part;
      const isDegraded = choice.meant.hasModel && !routes.get(part.route)!.hasModel;
      return isDegraded ? { ...part, degraded: ['generation'] } : part;
    }

    for (const candidate of choice.candidates) {
      // It would answer from what a model was not even able to read.
      if (candidate.reason === 'last_resort' && hasCode(failure, 'FRESHET_CONTEXT_TOO_LONG')) break;
      const parts = begin(candidate);
      if (!parts) continue;
      let next: IteratorResult<RoutedPart, void>;
      try {
        next = await parts.next();
      } catch (error) {
        if (call.signal.aborted || !mayFallBack(error)) throw error;
        logger.warn({ err: error, code: codeOf(error), route: candidate.route.name }, 'route failed');
        failure = error;
        continue;
      }
      try {
        for (; !next.done; next = await parts.next()) yield complete(next.value);
      } finally {
        await parts.return(undefined);
      }
      return;
    }
    throw failure ?? nobodyToAsk(choice.obstacles);
  }

  return { check, generate };
}

/** Whether another route may do better: it is the model or its provider that failed, not the question. */
function mayFallBack(error: unknown): boolean {
  if (!(error instanceof FreshetError)) return true;
  return error.code.startsWith('FRESHET_MODEL_') || error.code === 'FRESHET_CONTEXT_TOO_LONG';
}

function nobodyToAsk(obstacles: ReadonlySet<Obstacle>): FreshetError {
  if (obstacles.has('budget')) return new FreshetError('FRESHET_BUDGET_SPENT');
  if (obstacles.has('load')) return new FreshetError('FRESHET_OVERLOADED');
  if (obstacles.has('time')) return new FreshetError('FRESHET_DEADLINE_EXCEEDED');
  return new FreshetError('FRESHET_MODEL_UNAVAILABLE', {
    detail: 'The routes to models failed a moment ago, and rest; ask again.',
  });
}
