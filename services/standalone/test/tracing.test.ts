import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectedSpan } from '@freshet/testkit/otlp-collector';
import { question, startFleet } from './fleet.ts';
import { startTracing } from './start-tracing.ts';

const { collector, stop } = await startTracing();

const traceId = (digit: string) => digit.repeat(32);
const traceparent = (digit: string) => `00-${traceId(digit)}-${'b'.repeat(16)}-01`;
const content = 'The zanzibar tide is at seven in the morning.';

/** The spans of a trace, once the named one has come; names lead to their spans. */
async function trace(digit: string, last: string) {
  const spans = await collector.until((all) => {
    const own = all.filter((span) => span.traceId === traceId(digit));
    return own.some(({ name }) => name === last) ? own : undefined;
  });
  const named = (name: string) => {
    const found = spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${name} is among ${spans.map((span) => span.name).join(', ')}`);
    return found[0] as CollectedSpan;
  };
  const path = (name: string) => {
    const names = [];
    for (let span: CollectedSpan | undefined = named(name); span; ) {
      names.unshift(span.name);
      const parentSpanId: string = span.parentSpanId;
      span = spans.find(({ spanId }) => spanId === parentSpanId);
    }
    return names;
  };
  return { spans, named, path };
}

test('a question is one trace, from the header that its client sent to the call of the model', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write({ documentId: 'secret-document', content });
  const response = await fleet.ask(question('When is the zanzibar tide?'), {
    traceparent: traceparent('1'),
  });
  assert.match(await response.text(), /seven/);
  assert.equal(response.headers.get('x-trace-id'), traceId('1'));

  const { named, path, spans } = await trace('1', 'POST /v1/chat');
  assert.equal(named('POST /v1/chat').parentSpanId, 'b'.repeat(16));
  const retrieve = ['POST /v1/chat', 'POST', 'POST /v1/retrieve', 'retrieval chunks'];
  assert.deepEqual(path('retrieval chunks'), retrieve);
  for (const child of ['embeddings hashed', 'search', 'realtime check']) {
    assert.deepEqual(path(child), [...retrieve, child]);
  }
  const generate = ['POST /v1/chat', 'POST', 'POST /v1/generate', 'chat extractive'];
  assert.deepEqual(path('chat extractive'), generate);
  assert.equal(spans.length, 10, 'no span a hook, and none of health checks');

  const chat = named('chat extractive').attributes;
  assert.equal(chat['gen_ai.operation.name'], 'chat');
  assert.equal(chat['gen_ai.provider.name'], 'local');
  assert.equal(chat['gen_ai.request.model'], 'extractive');
  assert.deepEqual(chat['gen_ai.response.finish_reasons'], ['stop']);
  assert.equal(chat['gen_ai.usage.input_tokens'], 0);
  assert.equal(typeof chat['gen_ai.response.time_to_first_chunk'], 'number');
  const retrieval = named('retrieval chunks').attributes;
  assert.equal(retrieval['gen_ai.operation.name'], 'retrieval');
  assert.equal(retrieval['gen_ai.retrieval.top_k'], 8);
  assert.equal(retrieval['freshet.retrieval.passages'], 1);
  assert.equal(named('search').attributes['freshet.search.lexical_hits'], 1);
  assert.equal(named('embeddings hashed').attributes['gen_ai.operation.name'], 'embeddings');
});

test('a document is one trace, from who sent it through the log to the index write', async (t) => {
  const fleet = await startFleet(t);
  const response = await fetch(`${fleet.url}/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: traceparent('2') },
    body: JSON.stringify({
      documents: ['a', 'b'].map((name) => ({
        source: 'test',
        documentId: `secret-document-${name}`,
        mediaType: 'text/plain',
        content: `${content} ${name}`,
      })),
    }),
  });
  assert.equal(response.status, 202);
  const spans = await collector.until((all) => {
    const own = all.filter((span) => span.traceId === traceId('2'));
    return own.filter(({ name }) => name === 'ingest document').length === 2 ? own : undefined;
  });
  const one = (name: string) => spans.find((span) => span.name === name) as CollectedSpan;
  assert.equal(one('send documents').parentSpanId, one('POST /v1/documents').spanId);
  for (const document of spans.filter(({ name }) => name === 'ingest document')) {
    assert.equal(document.parentSpanId, one('send documents').spanId);
    assert.equal(document.attributes['freshet.ingest.outcome'], 'live');
    const below = spans.filter(({ parentSpanId }) => parentSpanId === document.spanId);
    assert.deepEqual(below.map(({ name }) => name).sort(), ['embeddings hashed', 'index write']);
    const [batch] = document.links;
    const { name } = await collector.until((all) => all.find(({ spanId }) => spanId === batch?.spanId));
    assert.equal(name, 'process documents');
  }
});

test('a failure has its code on every span that it came through, and no message', async (t) => {
  const fleet = await startFleet(t, {
    generator: {
      model: 'broken',
      provider: 'custom',
      // biome-ignore lint/correctness/useYield: it fails before its first part
      async *generate() {
        throw new Error(`cannot say ${content}`);
      },
      close: async () => {},
    },
  });
  await fleet.write({ documentId: 'secret-document', content });
  const answered = await fleet.ask(question('When is the zanzibar tide?'), { traceparent: traceparent('3') });
  assert.match(await answered.text(), /chat\.failed/);
  const { named } = await trace('3', 'POST /v1/chat');
  for (const name of ['chat broken', 'POST /v1/generate', 'POST /v1/chat']) {
    const { attributes, status } = named(name);
    assert.equal(attributes['error.type'], 'FRESHET_INTERNAL', name);
    assert.deepEqual([status.code, status.message], [2, undefined], name);
  }
  const missing = await fetch(`${fleet.url}/v1/documents/test/secret-missing`, {
    headers: { traceparent: traceparent('4') },
  });
  assert.equal(missing.status, 404);
  const lookup = await trace('4', 'GET /v1/documents/:source/:documentId');
  const failed = lookup.spans.filter(({ attributes }) => attributes['error.type']);
  assert.ok(failed.some(({ attributes }) => attributes['error.type'] === 'FRESHET_DOCUMENT_NOT_FOUND'));
});

test('no question, answer, document text or id is in any span', async () => {
  await stop();
  assert.ok(collector.received.length > 0);
  for (const body of collector.received) assert.doesNotMatch(body, /zanzibar|seven|secret-/);
});
