import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { continueTrace, formatTraceparent, parseTraceparent, traceHeaders } from '../trace.ts';

const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter((digits) => !/^0+$/.test(digits));
const context = fc.record(
  { traceId: hex(32), spanId: hex(16), isSampled: fc.boolean() },
  { noNullPrototype: true },
);

test('a context survives format -> parse', () => {
  fc.assert(
    fc.property(context, (sent) => assert.deepEqual(parseTraceparent(formatTraceparent(sent)), sent)),
  );
});

test('a malformed traceparent is no context', () => {
  const good = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  assert.ok(parseTraceparent(` ${good} `));
  for (const bad of [
    undefined,
    '',
    good.toUpperCase(),
    good.slice(1),
    `${good}-extra`,
    `${good}, ${good}`,
    good.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
    `00-${'a'.repeat(31)}-${'b'.repeat(16)}-01`,
    `00-${'g'.repeat(32)}-${'b'.repeat(16)}-01`,
  ]) {
    assert.equal(parseTraceparent(bad), undefined, String(bad));
  }
});

test('any other flag than sampled is ignored', () => {
  const flagged = (flags: string) =>
    parseTraceparent(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}`)?.isSampled;
  assert.deepEqual(['00', '01', '02', '03', 'ff'].map(flagged), [false, true, false, true, true]);
});

test("a request continues its caller's trace in a span of its own", () => {
  fc.assert(
    fc.property(context, (sent) => {
      const continued = continueTrace(formatTraceparent(sent));
      assert.equal(continued.traceId, sent.traceId);
      assert.equal(continued.isSampled, sent.isSampled);
      assert.notEqual(continued.spanId, sent.spanId);
      assert.deepEqual(parseTraceparent(traceHeaders(continued)['traceparent']), continued);
    }),
  );
});

test('a request without a usable traceparent starts a trace', () => {
  const first = continueTrace('garbage');
  const second = continueTrace(undefined);
  assert.ok(parseTraceparent(formatTraceparent(first)));
  assert.notEqual(first.traceId, second.traceId);
});
