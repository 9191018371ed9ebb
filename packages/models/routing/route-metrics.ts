import type { Attempt } from '@freshet/shared/contracts';
import { Counter, Gauge, type Registry } from '@freshet/shared/metrics';
import type { Reason } from './candidates.ts';
import type { CircuitState } from './circuit-breaker.ts';

export interface RouteState {
  name: string;
  streams: number;
  breaker?: { state: CircuitState } | undefined;
}

export interface RouteMetrics {
  selected(route: string, reason: Reason | 'hedge'): void;
  opened(route: string): void;
  attempted(attempt: Attempt): void;
}

const STATES: Record<CircuitState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** @param states of all routes, read whenever metrics are. */
export function createRouteMetrics(registry: Registry, states: () => Iterable<RouteState>): RouteMetrics {
  const registers = [registry];
  const selections = new Counter({
    name: 'freshet_route_selected_total',
    help: 'Calls by why their route was chosen: request, tenant, default; time, load, budget, fallback, hedge, last_resort.',
    labelNames: ['route', 'reason'],
    registers,
  });
  const attempts = new Counter({
    name: 'freshet_route_attempts_total',
    help: 'Calls by how they ended: completed, failed, lost to a faster one, cancelled.',
    labelNames: ['route', 'model', 'outcome'],
    registers,
  });
  const tokens = new Counter({
    name: 'freshet_route_tokens_total',
    help: 'Tokens of all calls, those that gave no answer included; estimated where the provider does not say.',
    labelNames: ['route', 'model', 'direction'],
    registers,
  });
  const dollars = new Counter({
    name: 'freshet_route_cost_dollars_total',
    help: 'Dollars of all calls, those that gave no answer included.',
    labelNames: ['route', 'model'],
    registers,
  });
  const openings = new Counter({
    name: 'freshet_route_breaker_opened_total',
    help: 'How often the circuit breaker of a route opened.',
    labelNames: ['route'],
    registers,
  });
  new Gauge({
    name: 'freshet_route_breaker_state',
    help: 'The circuit breaker of a route: 0 closed, 1 half-open, 2 open.',
    labelNames: ['route'],
    registers,
    collect() {
      for (const { name, breaker } of states()) if (breaker) this.set({ route: name }, STATES[breaker.state]);
    },
  });
  new Gauge({
    name: 'freshet_route_streams',
    help: 'Answers that a route writes now.',
    labelNames: ['route'],
    registers,
    collect() {
      for (const { name, streams } of states()) this.set({ route: name }, streams);
    },
  });
  return {
    selected: (route, reason) => selections.inc({ route, reason }),
    opened: (route) => openings.inc({ route }),
    attempted({ route, model, outcome, usage, costUsd }) {
      attempts.inc({ route, model, outcome });
      tokens.inc({ route, model, direction: 'input' }, usage.inputTokens);
      tokens.inc({ route, model, direction: 'output' }, usage.outputTokens);
      if (costUsd !== undefined) dollars.inc({ route, model }, costUsd);
    },
  };
}
