import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { codeOf, FreshetError } from './errors.ts';
import { formatTraceparent, parseTraceparent } from './trace.ts';

export { type Link, type Span, SpanKind };

/**
 * Spans around the fleet's own work. Without telemetry there is no tracer: `withSpan` is then one call of the work,
 * and `span?.setAttributes({ … })` does not even make its attributes.
 */
let tracer: Tracer | undefined;
let isContentWanted = false;

export interface SpanSettings {
  /** Lets questions, passages, answers and document keys into spans. */
  withContent: boolean;
}

/** Called by telemetry.ts alone, once OpenTelemetry runs. @returns the way back. */
export function enableSpans({ withContent }: SpanSettings): () => void {
  tracer = trace.getTracer('freshet');
  isContentWanted = withContent;
  return () => {
    tracer = undefined;
    isContentWanted = false;
  };
}

export interface SpanOptions {
  kind?: SpanKind;
  /** Known before the work begins: samplers see these. */
  attributes?: Attributes;
  /** The active context by default. */
  parent?: Context;
  links?: Link[];
}

/** Runs work in a span of its own. A failure is recorded with its code, and thrown on. */
export function withSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  return tracer ? traced(tracer, name, options, work) : work(undefined);
}

async function traced<Result>(
  by: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { span, scope } = begin(by, name, options);
  try {
    return await context.with(scope, work, undefined, span);
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * A stream in a span that lasts from the first part that is asked for to the last. A generator runs in the context
 * of whoever asks it for a part, so the span is made active for each of these.
 */
export function streamWithSpan<Part>(
  name: string,
  options: SpanOptions,
  open: (span: Span | undefined) => AsyncIterable<Part>,
): AsyncIterable<Part> {
  return tracer ? tracedStream(tracer, name, options, open) : open(undefined);
}

async function* tracedStream<Part>(
  by: Tracer,
  name: string,
  options: SpanOptions,
  open: (span: Span) => AsyncIterable<Part>,
): AsyncGenerator<Part> {
  const { span, scope } = begin(by, name, options);
  const parts = context.with(scope, open, undefined, span)[Symbol.asyncIterator]();
  const ask = () => parts.next();
  try {
    for (;;) {
      const next = await context.with(scope, ask);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    await context.with(scope, async () => parts.return?.());
    span.end();
  }
}

function begin(by: Tracer, name: string, { parent = context.active(), ...options }: SpanOptions) {
  const span = by.startSpan(name, options, parent);
  return { span, scope: trace.setSpan(parent, span) };
}

/**
 * Marks a span as failed, by the code of the error: its message may hold content. Work that was given up, because
 * its client left, has not failed.
 */
export function recordFailure(span: Span | undefined, error: unknown): void {
  if (!span) return;
  if (!(error instanceof FreshetError) && /^(ClientGone|AbortError)$/.test((error as Error)?.name)) {
    span.setAttribute('freshet.cancelled', true);
    return;
  }
  span.setAttribute('error.type', codeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
}

/** The span that is active here, where there are spans. */
export function activeSpan(): Span | undefined {
  return tracer && trace.getActiveSpan();
}

/** Sets what is content, and only where TELEMETRY_CONTENT asks for it. */
export function setContent(span: Span | undefined, attributes: () => Attributes): void {
  if (span && isContentWanted) span.setAttributes(attributes());
}

/** The context that a `traceparent` names, as a parent for work that another process began. */
export function remoteParent(traceparent: string | undefined): Context {
  const remote = parseTraceparent(traceparent);
  if (!remote) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = remote;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? 1 : 0,
    isRemote: true,
  });
}

/** The `traceparent` of a span. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return formatTraceparent({ traceId, spanId, isSampled: (traceFlags & 1) === 1 });
}
