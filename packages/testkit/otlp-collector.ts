import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A span as OTLP/JSON has it, with its attributes as plain values. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  status: { code?: number; message?: string };
  links: { traceId: string; spanId: string }[];
  resource: Record<string, unknown>;
}

export interface OtlpCollector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`, with `OTEL_EXPORTER_OTLP_PROTOCOL=http/json`. */
  url: string;
  spans: CollectedSpan[];
  /** Bodies as they came. */
  received: string[];
  /** Waits until spans are there that `is` wants, and answers with what it gives. */
  until<Found>(is: (spans: CollectedSpan[]) => Found | undefined, timeoutMs?: number): Promise<Found>;
  close(): Promise<void>;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown> & { arrayValue?: { values: Record<string, unknown>[] } };
}

/** What stands behind a real exporter: OTLP over HTTP, traces in JSON. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    received.push(body);
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      for (const span of scopeSpans.flatMap((scope: { spans: unknown[] }) => scope.spans)) {
        spans.push({
          links: [],
          parentSpanId: '',
          ...span,
          attributes: toPlain(span.attributes),
          resource: toPlain(resource.attributes),
        });
      }
    }
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    received,
    async until(is, timeoutMs = 20_000) {
      for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(20)) {
        const found = is(spans);
        if (found) return found;
      }
      throw new Error(`The spans did not come. There are: ${spans.map(({ name }) => name).join(', ')}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toPlain(attributes: KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.arrayValue ? value.arrayValue.values.map(first) : first(value),
    ]),
  );
}

/** The one value of OTLP's `AnyValue`; integers come as numbers or, by the rules of Protobuf's JSON, as strings. */
function first(value: Record<string, unknown>): unknown {
  return 'intValue' in value ? Number(value['intValue']) : Object.values(value)[0];
}
