import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { createPropagation } from '../tracing/propagation.ts';

const traceId = '5759e988bd862e3fe1be46a994272793';
const spanId = '53995c3f42cd8ad8';
const xray = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const traceparent = `00-${traceId}-${spanId}-01`;
const baggage = 'name=secret';

test('w3c writes traceparent alone', async () => {
  const { textMapPropagator, idGenerator } = await createPropagation('w3c');
  const headers: Record<string, string> = {};
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
  textMapPropagator.inject(context, headers, defaultTextMapSetter);
  assert.deepEqual(headers, { traceparent });
  assert.equal(idGenerator, undefined);
});

test('xray writes both headers, believes its own first, and an ALB without a parent not at all', async () => {
  const { textMapPropagator, idGenerator } = await createPropagation('xray');
  const headers: Record<string, string> = {};
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
  textMapPropagator.inject(context, headers, defaultTextMapSetter);
  assert.deepEqual(headers, { traceparent, 'x-amzn-trace-id': xray });

  const read = (carrier: Record<string, string>) =>
    trace.getSpanContext(textMapPropagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter))?.traceId;
  const other = `00-${'a'.repeat(32)}-${spanId}-01`;
  assert.equal(read({ 'x-amzn-trace-id': xray, traceparent: other, baggage }), traceId);
  assert.equal(read({ 'x-amzn-trace-id': xray.replace(/Parent.*/, ''), traceparent: other }), 'a'.repeat(32));

  const seconds = Number.parseInt(idGenerator?.generateTraceId().slice(0, 8) ?? '', 16);
  assert.ok(Math.abs(seconds - Date.now() / 1000) < 600);
});
