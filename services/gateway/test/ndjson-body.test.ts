import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedLine, parseNdjson } from '../ndjson-body.ts';

test('every JSON value comes back from its line, whatever ends the lines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.constantFrom('\n', '\r\n', '\n\n'),
      fc.boolean(),
      (values, ending, endsWithOne) => {
        const lines = values.map((value) => JSON.stringify(value)).join(ending);
        const body = Buffer.from(lines + (endsWithOne ? ending : ''));
        assert.deepEqual(parseNdjson(body), JSON.parse(JSON.stringify(values)));
      },
    ),
  );
});

test('a bad line is named by its number and holds up no other', () => {
  const body = Buffer.concat([
    Buffer.from('\uFEFF{"a":1}\n\nnot json\n"'),
    Buffer.from([0xff]),
    Buffer.from(`"\n${'['.repeat(40)}${']'.repeat(40)}\n{"b":`),
  ]);
  const values = parseNdjson(body);
  assert.deepEqual(values[0], { a: 1 });
  assert.deepEqual(
    values.slice(1).map((value) => value instanceof MalformedLine && value.detail),
    [
      'Line 3 is not JSON in UTF-8.',
      'Line 4 is not JSON in UTF-8.',
      'Line 5 is nested more than 32 deep.',
      'Line 6 is not JSON in UTF-8.',
    ],
  );
});
