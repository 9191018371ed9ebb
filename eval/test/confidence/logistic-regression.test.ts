import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@freshet/testkit/seeded-random';
import { fitLogisticRegression } from '../../confidence/logistic-regression.ts';

/** Drawn from a model that is known: the odds grow with `a`, fall with `b`, and do not ask for `c`. */
function draw(count: number) {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => {
    const features = { a: random() * 2 - 1, b: random() * 2 - 1, c: random() * 2 - 1 };
    const isTrue = random() < 1 / (1 + Math.exp(-(3 * features.a - 1.5 * features.b + 0.5)));
    return { features, isTrue, weight: 1 };
  });
}

test('a regression finds the weights that its examples were drawn from', () => {
  const { bias, features } = fitLogisticRegression(draw(20_000), { ridge: 0 });
  const slopeOf = (name: string) => (features[name]?.weight ?? 0) / (features[name]?.scale ?? 1);
  assert.ok(Math.abs(slopeOf('a') - 3) < 0.15, `${slopeOf('a')}`);
  assert.ok(Math.abs(slopeOf('b') + 1.5) < 0.15, `${slopeOf('b')}`);
  assert.ok(Math.abs(slopeOf('c')) < 0.15, `${slopeOf('c')}`);
  assert.ok(Math.abs(bias - 0.5) < 0.15, `${bias}`);
});

test('a weight never has the sign that is ruled out, and only named features have one', () => {
  const { features } = fitLogisticRegression(draw(2_000), { names: ['a', 'b'], signOf: () => 1 });
  assert.deepEqual(Object.keys(features), ['a', 'b']);
  assert.equal(features['b']?.weight, 0);
  assert.ok((features['a']?.weight ?? 0) > 0);
});

test('an example of twice the weight counts as two', () => {
  const examples = draw(500);
  const twice = fitLogisticRegression(examples.map((one, i) => ({ ...one, weight: i < 250 ? 2 : 1 })));
  const doubled = fitLogisticRegression([...examples, ...examples.slice(0, 250)]);
  assert.ok(Math.abs(twice.bias - doubled.bias) < 1e-3);
});
