import { createChatMetrics } from '@freshet/gateway/chat-metrics';
import { createWebhookMetrics } from '@freshet/gateway/webhook-metrics';
import { createGenerateMetrics } from '@freshet/generator/metrics';
import { createCdcMetrics } from '@freshet/ingestor/cdc/metrics';
import { createConnectorMetrics } from '@freshet/ingestor/connector-metrics';
import { createIngestMetrics } from '@freshet/ingestor/metrics';
import { createModelMetrics } from '@freshet/models/model-metrics';
import { createRouteMetrics } from '@freshet/models/routing/route-metrics';
import { createRetrieveMetrics } from '@freshet/retriever/metrics';
import { createRegistry, dependencyStates, Registry, requestDurations } from '@freshet/shared/metrics';

interface MetricOfRegistry {
  name: string;
  help: string;
  labelNames?: string[];
  constructor: { name: string };
}

/** What each service registers beside what all of them do. */
const services: Record<string, (registry: Registry) => unknown> = {
  gateway: (registry) => [
    createChatMetrics(registry, { route: '/v1/chat', maxStreams: 1 }),
    createWebhookMetrics(registry, { connectors: [] }),
  ],
  retriever: (registry) => [createRetrieveMetrics(registry), createModelMetrics(registry)],
  generator: (registry) => [
    createGenerateMetrics(registry),
    createModelMetrics(registry),
    createRouteMetrics(registry, () => []),
  ],
  ingestor: (registry) => [
    createIngestMetrics(registry, { readLag: async () => new Map() }),
    createCdcMetrics(registry, { tables: [], readLag: async () => new Map() }),
    createModelMetrics(registry),
    createConnectorMetrics(registry, { connectors: [], readLag: async () => 0 }),
  ],
};

/** docs/metrics.md: every metric of every service, from the code that registers them. */
export function metricsPage(): string {
  const shared = createRegistry('any');
  requestDurations(shared);
  dependencyStates(shared, async () => {});
  const isOwn = ({ name }: MetricOfRegistry) => name.startsWith('freshet_');
  const sections = Object.entries(services).map(([name, register]) => {
    const registry = new Registry();
    register(registry);
    return `## ${name}\n\n${table(metricsOf(registry))}`;
  });
  return `# Metrics

Every service has its metrics at \`GET /metrics\`, for Prometheus. Each series carries the label \`service\`. No label names a
user, a tenant, a document or a question: values come from routes, codes and configuration, so that their number is
bounded; a path without a route counts as the route \`unknown\`, a method that no route has as \`other\`. The count of a
histogram is a rate of requests, calls or documents. This page is written from the code by \`make config-docs\`; a test
finds it current. What to watch, and the alerts, are in [observability.md](observability.md).

## every service

${table(metricsOf(shared).filter(isOwn))}

${sections.join('\n\n')}

## of the process

Of prom-client, on every service.

${table(metricsOf(shared).filter((metric) => !isOwn(metric)))}
`;
}

function metricsOf(registry: Registry): MetricOfRegistry[] {
  return registry.getMetricsAsArray() as unknown as MetricOfRegistry[];
}

function table(metrics: MetricOfRegistry[]): string {
  const rows = metrics.map((metric) => {
    const { name, help, labelNames = [] } = metric;
    const labels = labelNames.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${metric.constructor.name.toLowerCase()} | ${labels} | ${help} |`;
  });
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
