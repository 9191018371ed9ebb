import { after } from 'node:test';
import { startTelemetry, type TelemetryOptions } from '@freshet/shared/telemetry';
import { type OtlpCollector, startOtlpCollector } from '@freshet/testkit/otlp-collector';

export interface Tracing {
  collector: OtlpCollector;
  /** Sends what is left; may be called again. */
  stop(): Promise<void>;
}

/**
 * Turns telemetry on for the whole test file, towards a collector of its own. To be called before the first Fastify
 * instance is made.
 */
export async function startTracing(options: Partial<TelemetryOptions> = {}): Promise<Tracing> {
  const collector = await startOtlpCollector();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  const stop = await startTelemetry({ serviceName: 'freshet-test', ...options });
  after(async () => {
    await stop();
    await collector.close();
  });
  return { collector, stop };
}
