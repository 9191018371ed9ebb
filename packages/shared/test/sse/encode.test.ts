import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeComment, encodeEvent } from '../../sse/encode.ts';

test('an event is its fields and an empty line', () => {
  assert.equal(
    encodeEvent({ id: '1', event: 'answer.delta', retry: 100, data: 'a\r\nb\rc\nd' }),
    'id: 1\nevent: answer.delta\nretry: 100\ndata: a\ndata: b\ndata: c\ndata: d\n\n',
  );
});

test('empty data is still an event', () => {
  assert.equal(encodeEvent({ data: '' }), 'data: \n\n');
});

test('a comment cannot smuggle in an event', () => {
  assert.equal(encodeComment('a\ndata: b\n\nc'), ': a\n: data: b\n: \n: c\n\n');
});

test('an id or a name that would break the frame is refused', () => {
  for (const bad of ['a\nb', 'a\rb', 'a\r\nb']) {
    assert.throws(() => encodeEvent({ id: bad, data: '' }), TypeError);
    assert.throws(() => encodeEvent({ event: bad, data: '' }), TypeError);
  }
  assert.throws(() => encodeEvent({ id: 'a\0b', data: '' }), TypeError);
});
