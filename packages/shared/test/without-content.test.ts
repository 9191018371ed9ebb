import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { withoutContent } from '../tracing/without-content.ts';

function exported(span: object): ReadableSpan {
  const seen: ReadableSpan[] = [];
  withoutContent({
    export: (spans, done) => {
      seen.push(...spans);
      done({ code: 0 });
    },
    shutdown: async () => {},
  }).export(
    [{ attributes: {}, events: [], status: { code: 0 }, ...span } as unknown as ReadableSpan],
    () => {},
  );
  return seen[0] as ReadableSpan;
}

test('paths keep what names an API, and lose what names a document', () => {
  const paths = [
    ['/v1/chat', '/v1/chat'],
    ['/v1/search?query=secret', '/v1/search'],
    ['/v1/documents/handbook/secret%20id', '/v1/documents/…'],
    ['http://host:1/v1/documents/handbook/secret?x=secret', 'http://host:1/v1/documents/…'],
    ['http://host:1/v1/chat', 'http://host:1/v1/chat'],
    ['/', '/'],
  ];
  for (const [path = '', expected] of paths) {
    assert.equal(exported({ attributes: { 'url.path': path } }).attributes['url.path'], expected);
  }
  const attributes = { 'url.path': '/v1/documents/a/b', 'http.route': '/v1/documents/:source/:documentId' };
  assert.equal(exported({ attributes }).attributes['url.path'], '/v1/documents/:source/:documentId');
});

test('errors keep their type and lose their words', () => {
  const span = exported({
    status: { code: 2, message: 'secret' },
    events: [
      { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'secret' } },
    ],
    attributes: { 'url.query': '?secret', 'http.request.method': 'GET' },
    name: 'GET',
  });
  assert.equal(span.name, 'GET');
  assert.deepEqual(span.status, { code: 2 });
  assert.deepEqual(span.events[0]?.attributes, { 'exception.type': 'TypeError' });
  assert.deepEqual(span.attributes, { 'http.request.method': 'GET' });
});
