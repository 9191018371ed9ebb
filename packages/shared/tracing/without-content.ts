import type { Attributes, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** What instrumentations write on their own, and where a document's id or a caller's words can stand. */
const CONTENT_KEYS = new Set([
  'url.query',
  'user_agent.original',
  'exception.message',
  'exception.stacktrace',
  'messaging.kafka.message.key',
]);

/**
 * An exporter that lets no content leave, whoever made the span: of a path it keeps what names an API, not what names
 * a document; of an error its type. Done here, at the only door, and not in each instrumentation's hooks.
 */
export function withoutContent(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(redact), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function redact(span: ReadableSpan): ReadableSpan {
  const status: SpanStatus = { code: span.status.code };
  const events = span.events.map((event) => ({ ...event, attributes: keep(event.attributes ?? {}) }));
  // Inherits the rest: methods and getters of the span's class are not its own properties.
  return Object.create(span, {
    attributes: { value: keep(span.attributes), enumerable: true },
    events: { value: events, enumerable: true },
    status: { value: status, enumerable: true },
  });
}

function keep(attributes: Attributes): Attributes {
  const kept: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (CONTENT_KEYS.has(key)) continue;
    if (key === 'url.path' || key === 'url.full') kept[key] = withoutNames(String(value), attributes);
    else if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** The route where one matched; else a path's first two segments: `/v1/documents/handbook/a.md` → `/v1/documents/…`. */
function withoutNames(url: string, { 'http.route': route }: Attributes): string {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)?([^?#]*)/.exec(url) ?? [];
  if (origin === '' && typeof route === 'string') return route;
  const segments = path.split('/');
  return origin + (segments.length <= 3 ? path : [...segments.slice(0, 3), '…'].join('/'));
}
