import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLogConfig, openEventLog } from '@freshet/event-log/open';
import { applyTopics } from '@freshet/event-log/topics';
import { loadConfig } from '@freshet/shared/config';
import { UPSERTED } from '@freshet/shared/contracts';
import { DOCUMENTS_TOPIC, encodeDocumentEvent } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { startKafka } from '@freshet/testkit/kafka';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { Type } from 'typebox';
import { startFleet } from './fleet.ts';
import { startTracing } from './start-tracing.ts';

const { collector } = await startTracing();

test('a trace goes through Kafka: that of the gateway, and that of any other producer', async (t) => {
  const kafka = await startKafka();
  t.after(() => kafka.stop());
  const env = {
    KAFKA_BROKERS: kafka.url,
    KAFKA_TOPIC_PREFIX: uniquePrefix('tracing'),
    TOPIC_PARTITIONS: '2',
  };
  const config = loadConfig(Type.Object(eventLogConfig), env);
  const logger = createLogger({ name: 'test', level: 'silent' });
  const producer = await openEventLog(config, { name: 'producer', logger });
  t.after(() => producer.close());
  await applyTopics(producer, config);
  const fleet = await startFleet(t, { env });

  const traceparent = (digit: string) => `00-${digit.repeat(32)}-${'b'.repeat(16)}-01`;
  const document = { source: 'test', mediaType: 'text/plain' as const, content: 'The tide is at seven.' };
  await fetch(`${fleet.url}/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: traceparent('6') },
    body: JSON.stringify({ documents: [{ ...document, documentId: 'a' }] }),
  });
  const data = {
    ...document,
    documentId: 'b',
    tenant: 'default',
    version: 1,
    acl: { public: true as const },
  };
  const event = { type: UPSERTED, data: { ...data, changedAt: new Date().toISOString() } } as const;
  await producer.append(DOCUMENTS_TOPIC, [
    encodeDocumentEvent(event, { traceparent: traceparent('7') }),
    encodeDocumentEvent({ ...event, data: { ...event.data, documentId: 'c' } }),
  ]);

  const ingested = await collector.until((all) => {
    const documents = all.filter(({ name }) => name === 'ingest document');
    return documents.length === 3 ? documents : undefined;
  }, 60_000);
  const traces = Map.groupBy(ingested, ({ traceId }) => traceId);
  const [own] = traces.get('6'.repeat(32)) ?? [];
  const send = await collector.until((all) => all.find(({ spanId }) => spanId === own?.parentSpanId));
  assert.equal(send.name, 'send documents');
  assert.equal(traces.get('7'.repeat(32))?.[0]?.parentSpanId, 'b'.repeat(16));
  assert.equal(traces.size, 3, 'an event without a context begins a trace');
  const writes = await collector.until((all) => {
    const found = all.filter(({ name }) => name === 'index write');
    return found.length === 3 ? found : undefined;
  });
  for (const { parentSpanId } of writes) {
    assert.ok(ingested.some(({ spanId }) => spanId === parentSpanId));
  }
});
