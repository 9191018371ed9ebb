/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and costs nothing otherwise: the SDK is not
 * even loaded. Both instrumentations listen on diagnostics channels, so they need no module hooks; they must be
 * started before the first Fastify instance is made. All other settings are the standard `OTEL_*` variables.
 * @returns a function that flushes and stops.
 */
export async function startTelemetry(
  serviceName: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<() => Promise<void>> {
  if (!env['OTEL_EXPORTER_OTLP_ENDPOINT']) return async () => {};
  const [{ NodeSDK }, { UndiciInstrumentation }, { FastifyOtelInstrumentation }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-undici'),
    import('@fastify/otel'),
  ]);
  const sdk = new NodeSDK({
    serviceName,
    instrumentations: [
      new UndiciInstrumentation(),
      new FastifyOtelInstrumentation({ registerOnInitialization: true }),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}
