import { Type } from 'typebox';
import { enableSpans } from './spans.ts';
import type { TracePropagation } from './tracing/propagation.ts';

/** Variables of tracing, beside the standard `OTEL_*` ones. */
export const telemetryConfig = {
  TRACE_PROPAGATION: Type.Union([Type.Literal('w3c'), Type.Literal('xray')], {
    default: 'w3c',
    description:
      'How traces cross services: `traceparent`, or AWS X-Ray’s header and ids beside it. Counts where `OTEL_EXPORTER_OTLP_ENDPOINT` is set.',
  }),
  TELEMETRY_CONTENT: Type.Boolean({
    default: false,
    description:
      'Lets questions, passages, answers and document keys into spans. Whoever reads traces then reads documents, whatever their acl.',
  }),
};

export interface TelemetryOptions {
  serviceName: string;
  propagation?: TracePropagation;
  withContent?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** Polled every few seconds by machines: a trace of each would bury the others. */
const UNTRACED = /^\/(livez|readyz|metrics)(\?|$)/;

/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and costs nothing otherwise: the SDK is not
 * even loaded. Both instrumentations listen on diagnostics channels, so they need no module hooks; they must be
 * started before the first Fastify instance is made. All other settings are the standard `OTEL_*` variables.
 * @returns a function that flushes and stops.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` for an OTLP protocol that there is not.
 */
export async function startTelemetry({
  serviceName,
  propagation = 'w3c',
  withContent = false,
  env = process.env,
}: TelemetryOptions): Promise<() => Promise<void>> {
  const isOff = env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  if (isOff || !env['OTEL_EXPORTER_OTLP_ENDPOINT']) return async () => {};
  const [
    { NodeSDK },
    { UndiciInstrumentation },
    { FastifyOtelInstrumentation },
    exporting,
    crossing,
    redaction,
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-undici'),
    import('@fastify/otel'),
    import('./tracing/otlp-exporter.ts'),
    import('./tracing/propagation.ts'),
    import('./tracing/without-content.ts'),
  ]);
  const exporter = await exporting.createOtlpExporter(env);
  const sdk = new NodeSDK({
    serviceName: env['OTEL_SERVICE_NAME'] || serviceName,
    traceExporter: withContent ? exporter : redaction.withoutContent(exporter),
    ...(await crossing.createPropagation(propagation)),
    // Metrics are for Prometheus to fetch, and logs go to standard output.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      // Readiness checks, and whatever else no request has asked for, begin no trace.
      new UndiciInstrumentation({ requireParentforSpans: true }),
      new FastifyOtelInstrumentation({
        registerOnInitialization: true,
        // One span a request, not one a hook; http/request-context.ts makes it active for the handler.
        instrumentHooks: false,
        instrumentHandler: false,
        recordExceptions: false,
        ignorePaths: ({ url }) => UNTRACED.test(url),
        requestHook: (span, { method, routeOptions }) => {
          span.updateName(`${method} ${routeOptions.url ?? 'unknown'}`);
        },
      }),
    ],
  });
  sdk.start();
  const disable = enableSpans({ withContent });
  return async () => {
    disable();
    await sdk.shutdown();
  };
}
