import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { FreshetError } from '../errors.ts';

/**
 * The OTLP exporter that the standard variables name; its endpoint, headers, timeout and compression come from them
 * too. Only the one that is used is loaded.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` for a protocol that OTLP does not have.
 */
export async function createOtlpExporter(env: NodeJS.ProcessEnv): Promise<SpanExporter> {
  const variable = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  switch (env[variable] || 'http/protobuf') {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
    case 'grpc':
      return new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter();
    default:
      throw new FreshetError('FRESHET_CONFIG_INVALID', {
        detail: `${variable} must be http/protobuf, http/json or grpc.`,
      });
  }
}
