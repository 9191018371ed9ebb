import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { halfOf, takeHalf } from '../split.ts';

const question = fc.record({ id: fc.string(), text: fc.string() });

test('each question is in exactly one half, whatever else is asked', () => {
  fc.assert(
    fc.property(fc.array(question), (questions) => {
      const [dev, rest] = [takeHalf(questions, 'dev'), takeHalf(questions, 'test')];
      assert.equal(dev.length + rest.length, questions.length);
      assert.ok(dev.every((one) => halfOf(one) === 'dev') && rest.every((one) => halfOf(one) === 'test'));
      assert.deepEqual(takeHalf(questions, 'all'), questions);
      assert.deepEqual(takeHalf(questions.toReversed(), 'dev'), dev.toReversed());
    }),
  );
});

test('the halves are of about one size, and stay what they were', () => {
  const questions = Array.from({ length: 2_000 }, (_, i) => ({ id: `q${i}`, text: 'What is it?' }));
  const size = takeHalf(questions, 'test').length;
  assert.ok(size > 900 && size < 1_100, `${size}`);
  assert.deepEqual(questions.slice(0, 6).map(halfOf), ['dev', 'dev', 'dev', 'test', 'test', 'dev']);
});
