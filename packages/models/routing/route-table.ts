import type { Generator } from '../generation.ts';
import type { ModelPrice } from '../model-prices.ts';
import type { CircuitBreakerOptions } from './circuit-breaker.ts';
import type { Weighted } from './pick-weighted.ts';

/** What steers questions to a route and away from it. Other routes are named. */
export interface RouteRules {
  /** Whether a request may ask for it by name; true by default. */
  isRequestable?: boolean | undefined;
  /** Answers that it may write at once; */
  maxStreams?: number | undefined;
  /** which of the others takes further ones. */
  overflow?: string | undefined;
  /** Milliseconds that a question must still have; */
  minTimeLeftMs?: number | undefined;
  /** which takes those that have less. */
  whenShort?: string | undefined;
  /** Dollars of a day; */
  budgetUsdPerDay?: number | undefined;
  /** which answers when they are spent. */
  whenSpent?: string | undefined;
  /** Asked in turn when this one fails before its first word. */
  fallback?: readonly string[] | undefined;
  /** Milliseconds without a first word after which a second call is made beside the first; */
  hedgeAfterMs?: number | undefined;
  /** to this one; to the same by default. */
  hedgeRoute?: string | undefined;
  /** Without it nothing keeps questions from a route that fails. */
  breaker?: Omit<CircuitBreakerOptions, 'now' | 'onOpened'> | undefined;
}

export interface Route extends RouteRules {
  name: string;
  generator: Generator;
  /** Whether a language model answers, which costs and may fail. */
  hasModel: boolean;
  /** Of attempts whose provider does not say what they cost. */
  price?: ModelPrice | undefined;
  prompt?: string | undefined;
}

export interface TenantRules {
  /** A route or an alias. */
  route?: string | undefined;
  budgetUsdPerDay?: number | undefined;
  whenSpent?: string | undefined;
}

export interface Alias {
  /** By weight; one for an alias that is no canary. */
  routes: readonly Weighted[];
  stickyBy: 'conversation' | 'user';
}

export interface RouteTable {
  routes: ReadonlyMap<string, Route>;
  aliases: ReadonlyMap<string, Alias>;
  /** `*` holds for tenants that have no entry. */
  tenants: ReadonlyMap<string, TenantRules>;
  /** The route or alias of who asks for none. */
  standard: string;
  /** Name of the route that answers when no other can. */
  lastResort?: string | undefined;
  close(): Promise<void>;
}

/** All questions to one generator. */
export function singleRoute(generator: Generator): RouteTable {
  return {
    routes: new Map([
      ['default', { name: 'default', generator, hasModel: generator.model !== 'extractive' }],
    ]),
    aliases: new Map(),
    tenants: new Map(),
    standard: 'default',
    close: () => generator.close(),
  };
}
