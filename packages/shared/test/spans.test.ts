import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { activeSpan, recordFailure, remoteParent, streamWithSpan, withSpan } from '../spans.ts';
import { startTelemetry } from '../telemetry.ts';

test('without telemetry a span is one call of the work, and a stream is the stream itself', async () => {
  const stop = await startTelemetry({ serviceName: 'test', env: {} });
  const promise = Promise.resolve(1);
  assert.equal(
    withSpan('work', {}, (span) => {
      assert.equal(span, undefined);
      return promise;
    }),
    promise,
  );
  const stream = (async function* () {})();
  assert.equal(
    streamWithSpan('stream', {}, () => stream),
    stream,
  );
  assert.equal(activeSpan(), undefined);
  recordFailure(undefined, new Error('of nobody'));
  await stop();
});

test('telemetry stays off where the standard variables say so', async () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:1';
  for (const off of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }]) {
    const stop = await startTelemetry({ serviceName: 'test', env: { OTEL_EXPORTER_OTLP_ENDPOINT, ...off } });
    await withSpan('work', {}, async (span) => assert.equal(span, undefined));
    await stop();
  }
});

test('a protocol that OTLP does not have is refused at start', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon',
  };
  await assert.rejects(startTelemetry({ serviceName: 'test', env }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /OTEL_EXPORTER_OTLP_PROTOCOL/,
  });
});

test('a malformed traceparent is no parent', () => {
  assert.equal(remoteParent('00-nonsense'), ROOT_CONTEXT);
  const parent = trace.getSpanContext(remoteParent(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`));
  assert.deepEqual(parent, {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
    isRemote: true,
  });
});
