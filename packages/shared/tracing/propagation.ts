import type { TextMapPropagator } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

export type TracePropagation = 'w3c' | 'xray';

export interface Propagation {
  textMapPropagator: TextMapPropagator;
  idGenerator?: IdGenerator;
}

/**
 * How traces cross from process to process. `xray` writes `X-Amzn-Trace-Id` beside `traceparent` and makes trace ids
 * that begin with the time, as X-Ray wants them; of the two headers it believes its own first, which an ALB or an API
 * gateway has written. No baggage either way: what clients put into it would go to every server behind the fleet.
 */
export async function createPropagation(kind: TracePropagation): Promise<Propagation> {
  const { CompositePropagator, W3CTraceContextPropagator } = await import('@opentelemetry/core');
  const w3c = new W3CTraceContextPropagator();
  if (kind === 'w3c') return { textMapPropagator: w3c };
  const [{ AWSXRayPropagator }, { AWSXRayIdGenerator }] = await Promise.all([
    import('@opentelemetry/propagator-aws-xray'),
    import('@opentelemetry/id-generator-aws-xray'),
  ]);
  // The last one that finds a context has the last word.
  const textMapPropagator = new CompositePropagator({ propagators: [w3c, new AWSXRayPropagator()] });
  return { textMapPropagator, idGenerator: new AWSXRayIdGenerator() };
}
