import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pLimit from 'p-limit';
import { acceptable, embedInBatches } from '../../embedding/batches.ts';

/** A vector that tells its text apart. */
const toVector = (text: string) => [text.length + 1, text.charCodeAt(0) || 1];
const unit = ([x = 0, y = 0]: number[]) => {
  const length = Math.hypot(x, y);
  return Float32Array.of(x / length, y / length);
};

test('any texts keep their order, in calls within the limits, whatever order the calls end in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 40 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 5 }),
      fc.scheduler(),
      async (texts, batchTexts, batchCharacters, concurrency, scheduler) => {
        let running = 0;
        let peak = 0;
        const result = embedInBatches({
          texts,
          batchTexts,
          batchCharacters,
          limit: pLimit(concurrency),
          dimensions: 2,
          async call(batch) {
            const characters = batch.reduce((sum, text) => sum + text.length, 0);
            assert.ok(batch.length <= batchTexts);
            assert.ok(batch.length === 1 || characters <= batchCharacters);
            peak = Math.max(peak, ++running);
            await scheduler.schedule(Promise.resolve());
            running -= 1;
            return batch.map(toVector);
          },
        });
        const vectors = await scheduler.waitFor(result);
        assert.ok(peak <= concurrency);
        assert.deepEqual(
          vectors,
          texts.map((text) => unit(toVector(text))),
        );
      },
    ),
    { numRuns: 100 },
  );
});

const options = { texts: ['a', 'b'], batchTexts: 1, limit: pLimit(2), dimensions: 2 };

test('the first failure ends the calls that still run', async () => {
  const failure = new Error('the model failed');
  const ended: unknown[] = [];
  const call = async ([text]: readonly string[], signal: AbortSignal) => {
    if (text === 'a') throw failure;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended.push(signal.reason);
    throw signal.reason;
  };
  await assert.rejects(embedInBatches({ ...options, call }), failure);
  await new Promise(setImmediate);
  assert.deepEqual(ended, [failure]);
});

test('a vector of other dimensions names the setting', async () => {
  const call = async () => [[1, 2, 3]];
  await assert.rejects(embedInBatches({ ...options, call }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /gives 3 dimensions, EMBEDDING_DIMENSIONS says 2/,
  });
});

test('missing vectors and values that are no numbers are failures of the model', async () => {
  for (const raw of [[], [[1, Number.NaN]]]) {
    const call = async () => raw;
    await assert.rejects(embedInBatches({ ...options, call }), { code: 'FRESHET_MODEL_UNAVAILABLE' });
  }
});

test('a vector without a direction gets one', async () => {
  const vectors = await embedInBatches({ ...options, call: async () => [[0, 0]] });
  assert.deepEqual(vectors[0], Float32Array.of(1, 0));
});

test('any string becomes one that every model takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, max) => {
      const sent = acceptable(text, max);
      assert.ok(sent.trim() !== '' && sent.length <= max && sent.isWellFormed() && !sent.includes('\0'));
    }),
  );
});
