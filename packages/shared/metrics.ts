import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a cached answer to the longest stream. */
export const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A registry of one service, with its name on every series, and what is known of its process and build. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  for (const metric of processMetrics()) registry.registerMetric(metric);
  return registry;
}

let known: Metric[] | undefined;

/** Made once a process, however many services run in it: each set would have its own observers of the event loop. */
function processMetrics(): Metric[] {
  if (known) return known;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  new Gauge({
    name: 'freshet_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.versions.node }, 1);
  // Metrics themselves, whatever the declared type says.
  known = registry.getMetricsAsArray() as unknown as Metric[];
  return known;
}

export function requestDurations(registry: Registry): Histogram<'method' | 'route' | 'status'> {
  return new Histogram({
    name: 'freshet_http_request_duration_seconds',
    help: 'From the request to the last byte of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
}

export function dependencyStates(registry: Registry, collect: () => Promise<void>): Gauge<'dependency'> {
  return new Gauge({
    name: 'freshet_dependency_up',
    help: 'Whether a dependency passes its readiness check: 1, or 0.',
    labelNames: ['dependency'],
    registers: [registry],
    collect,
  });
}
