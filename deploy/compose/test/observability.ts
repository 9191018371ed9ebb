import assert from 'node:assert/strict';
import { until } from '@freshet/testkit/until';
import type { Report } from '../../test/report.ts';
import type { Stack } from './stack.ts';

const FILES = ['--env-file', '.env', '--env-file', 'deploy/observability/observability.env'];
const TARGETS = ['gateway:8080', 'generator:8083', 'ingestor:8081', 'retriever:8082'];
/** A scrape, an evaluation of the rules or an export of spans is at most 15 s away. */
const SEEN = { timeoutMs: 90_000 };

export interface ObservabilityOptions {
  prometheusPort: number;
  jaegerPort: number;
  /** Asks something that all of the fleet has a part in. */
  ask(): Promise<unknown>;
}

/** The profile `observability` beside the fleet, as far as its images can be had. */
export async function checkObservability(
  { check, note }: Report,
  { compose }: Stack,
  { prometheusPort, jaegerPort, ask }: ObservabilityOptions,
): Promise<void> {
  const canStart = (...services: string[]) =>
    compose(...FILES, 'pull', '--quiet', '--policy', 'missing', ...services).then(
      () => true,
      (error: Error) => {
        note(`SKIPPED ${services.join(' and ')}: ${error.message.split('\n').at(-1)}`);
        return false;
      },
    );
  async function get<Data>(port: number, path: string): Promise<Data> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
    assert.equal(response.status, 200, path);
    return ((await response.json()) as { data: Data }).data;
  }

  if (await canStart('prometheus')) {
    await check('Prometheus reads the metrics of all four services, and follows every rule', async () => {
      await compose(...FILES, 'up', '--detach', 'prometheus');
      await until(async () => {
        const { activeTargets } = await get<{ activeTargets: Target[] }>(prometheusPort, '/api/v1/targets');
        const seen = activeTargets.map(({ scrapeUrl, health }) => `${new URL(scrapeUrl).host} ${health}`);
        assert.deepEqual(
          seen.sort(),
          TARGETS.map((target) => `${target} up`),
        );
        const { groups } = await get<{ groups: { rules: Rule[] }[] }>(prometheusPort, '/api/v1/rules');
        const rules = groups.flatMap((group) => group.rules);
        assert.ok(rules.length > 0, 'there are no rules');
        assert.deepEqual(
          rules.filter(({ health }) => health !== 'ok').map(({ name }) => name),
          [],
        );
      }, SEEN);
    });
  }
  if (await canStart('otel-collector', 'jaeger')) {
    await check('a question is one trace of gateway, retriever and generator', async () => {
      // The services too: the file tells them where the collector is.
      await compose(...FILES, 'up', '--detach', 'otel-collector', 'jaeger', 'gateway');
      await until(ask, SEEN);
      await until(async () => {
        const traces = await get<Trace[]>(jaegerPort, '/api/traces?service=freshet-gateway&limit=100');
        const services = traces.map(({ processes }) =>
          [...new Set(Object.values(processes).map(({ serviceName }) => serviceName))].sort().join(' '),
        );
        assert.ok(
          services.includes('freshet-gateway freshet-generator freshet-retriever'),
          services.join(', '),
        );
      }, SEEN);
    });
  }
  note('SKIPPED Grafana: what its dashboards ask is checked against the metrics, by npm test');
}

interface Target {
  scrapeUrl: string;
  health: string;
}

interface Rule {
  name: string;
  health: string;
}

interface Trace {
  processes: Record<string, { serviceName: string }>;
}
