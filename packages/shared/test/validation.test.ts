import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { createValidator } from '../validation.ts';

const validator = createValidator(
  Type.Object(
    {
      name: Type.String({ minLength: 1 }),
      size: Type.Optional(Type.Integer()),
      tags: Type.Array(Type.String()),
    },
    { additionalProperties: false },
  ),
);

test('what fits passes and has no errors', () => {
  const value = { name: 'a', tags: ['x'] };
  assert.ok(validator.check(value));
  assert.deepEqual(validator.errors(value), []);
});

test('each wrong field is named once, with its path', () => {
  const errors = validator.errors({ name: '', size: 'big', tags: ['x', 1], surplus: true });
  assert.deepEqual(errors.map(({ path }) => path).sort(), ['/', '/name', '/size', '/tags/1']);
  assert.match(errors.find(({ path }) => path === '/')!.detail, /surplus/);
});

test('missing fields are named once', () => {
  const [error, ...others] = validator.errors({});
  assert.deepEqual(others, []);
  assert.match(error!.detail, /name, tags$/);
  assert.equal(error!.detail.match(/tags/g)?.length, 1);
});

test('what is no object is refused at the root', () => {
  for (const value of [undefined, null, 1, 'a', [], () => {}]) {
    assert.equal(validator.check(value), false);
    assert.equal(validator.errors(value)[0]?.path, '/');
  }
});

test('a thousand errors are reported as the first few', () => {
  const { length } = validator.errors({ name: 'a', tags: new Array(1000).fill(1) });
  assert.ok(length > 0 && length <= 20);
});
