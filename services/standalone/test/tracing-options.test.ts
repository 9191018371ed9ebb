import assert from 'node:assert/strict';
import { test } from 'node:test';
import { question, startFleet } from './fleet.ts';
import { startTracing } from './start-tracing.ts';

const { collector } = await startTracing({ propagation: 'xray', withContent: true });

test('with TRACE_PROPAGATION=xray the trace is that of X-Ray’s header, and ids begin with the time', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write({ documentId: 'a', content: 'The zanzibar tide is at seven.' });
  const response = await fleet.ask(question('When is the zanzibar tide?'), {
    'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  });
  await response.text();
  const traceId = '5759e988bd862e3fe1be46a994272793';
  assert.equal(response.headers.get('x-trace-id'), traceId);
  const chat = await collector.until((all) => all.find(({ name }) => name === 'chat extractive'));
  assert.equal(chat.traceId, traceId);

  const write = await collector.until((all) => all.find(({ name }) => name === 'POST /v1/documents'));
  const seconds = Number.parseInt(write.traceId.slice(0, 8), 16);
  assert.ok(Math.abs(seconds - Date.now() / 1000) < 600, 'X-Ray refuses ids of another time');
});

test('with TELEMETRY_CONTENT=true question, answer, documents and keys are in the spans', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write({ documentId: 'tides', content: 'The lisbon tide is at nine.' });
  await (await fleet.ask(question('When is the lisbon tide?'))).text();
  const holds = (name: string, key: string, words: RegExp) =>
    collector.until((all) =>
      all.find((span) => span.name === name && words.test(String(span.attributes[key] ?? ''))),
    );
  await holds('chat extractive', 'gen_ai.input.messages', /lisbon/);
  await holds('chat extractive', 'gen_ai.output.messages', /nine/);
  await holds('retrieval chunks', 'gen_ai.retrieval.query.text', /lisbon/);
  await holds('retrieval chunks', 'gen_ai.retrieval.documents', /test\/tides/);
  await holds('embeddings hashed', 'gen_ai.input.messages', /lisbon/);
  await holds('ingest document', 'messaging.kafka.message.key', /test\/tides/);
});
