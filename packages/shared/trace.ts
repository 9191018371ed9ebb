import { randomBytes } from 'node:crypto';
import { isSpanContextValid, trace } from '@opentelemetry/api';

/** The part of a W3C trace context that Freshet carries through every hop. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  isSampled: boolean;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads `traceparent` (W3C Trace Context, level 1); anything malformed or all zero is no context. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const match = header === undefined ? null : TRACEPARENT.exec(header.trim());
  if (!match) return undefined;
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/**
 * The trace of an incoming request: OpenTelemetry's active span where it runs, else a new span in the trace
 * that the caller sent, else a new trace. So every answer has a trace id, telemetry or not.
 */
export function continueTrace(header: string | undefined): TraceContext {
  const active = trace.getActiveSpan()?.spanContext();
  if (active && isSpanContextValid(active)) {
    return { traceId: active.traceId, spanId: active.spanId, isSampled: (active.traceFlags & 1) === 1 };
  }
  const parent = parseTraceparent(header);
  return {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    isSampled: parent?.isSampled ?? false,
  };
}

/** Headers that carry a trace onwards; none where OpenTelemetry's own instrumentation writes them. */
export function traceHeaders(context: TraceContext): Record<string, string> {
  return trace.getActiveSpan() ? {} : { traceparent: formatTraceparent(context) };
}
