import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationPart } from '@freshet/models/generation';
import fc from 'fast-check';
import { mergeDeltas } from '../merge-deltas.ts';

const finished = {
  type: 'finished',
  finishReason: 'stop',
  usage: { inputTokens: 1, outputTokens: 1 },
} as GenerationPart;

/** A model that writes, and a clock that moves, when the test says so. */
function steered() {
  const waiting: PromiseWithResolvers<IteratorResult<GenerationPart>>[] = [];
  let isReturned = false;
  const slot = (i: number) => {
    waiting[i] ??= Promise.withResolvers();
    return waiting[i];
  };
  let asked = 0;
  let given = 0;
  let intervals: (() => void)[] = [];
  return {
    parts: {
      [Symbol.asyncIterator]: () => ({
        next: () => slot(asked++).promise,
        return: async () => {
          isReturned = true;
          return { done: true as const, value: undefined };
        },
      }),
    } as AsyncIterable<GenerationPart>,
    write: (text: string) => slot(given++).resolve({ done: false, value: { type: 'delta', text } }),
    finish: () => slot(given++).resolve({ done: false, value: finished }),
    end: () => slot(given++).resolve({ done: true, value: undefined }),
    fail: (error: Error) => slot(given++).reject(error),
    wait: () => new Promise<void>((resolve) => intervals.push(resolve)),
    pass() {
      for (const end of intervals) end();
      intervals = [];
    },
    get isReturned() {
      return isReturned;
    },
  };
}

const turn = () => new Promise(setImmediate);

/** Reads along, into a list. */
function read(merged: AsyncGenerator<GenerationPart>): { seen: string[]; done: Promise<void> } {
  const seen: string[] = [];
  const done = (async () => {
    for await (const part of merged) seen.push(part.type === 'delta' ? part.text : part.type);
  })();
  done.catch(() => {});
  return { seen, done };
}

test('the first delta goes at once, the next ones together when the interval is over', async () => {
  const model = steered();
  const { seen, done } = read(mergeDeltas(model.parts, { intervalMs: 20, wait: model.wait }));
  model.write('a');
  await turn();
  assert.deepEqual(seen, ['a']);
  for (const text of ['b', 'c', 'd']) model.write(text);
  await turn();
  assert.deepEqual(seen, ['a']);
  model.pass();
  await turn();
  assert.deepEqual(seen, ['a', 'bcd']);
  model.pass();
  await turn();
  model.write('e');
  await turn();
  assert.deepEqual(seen, ['a', 'bcd', 'e'], 'after a pause of the model nothing is held');
  model.finish();
  model.end();
  await done;
  assert.deepEqual(seen, ['a', 'bcd', 'e', 'finished']);
});

test('what is held comes before the end, and before a failure', async () => {
  for (const isFailure of [false, true]) {
    const model = steered();
    const { seen, done } = read(mergeDeltas(model.parts, { intervalMs: 20, wait: model.wait }));
    model.write('a');
    model.write('b');
    await turn();
    if (isFailure) {
      model.fail(new Error('the model broke off'));
      await assert.rejects(done, { message: 'the model broke off' });
      assert.deepEqual(seen, ['a', 'b']);
    } else {
      model.finish();
      model.end();
      await done;
      assert.deepEqual(seen, ['a', 'b', 'finished']);
    }
  }
});

test('a reader who leaves ends the model', async () => {
  const model = steered();
  const merged = mergeDeltas(model.parts, { intervalMs: 20, wait: model.wait });
  model.write('a');
  await merged.next();
  await merged.return(undefined);
  assert.equal(model.isReturned, true);
});

test('whatever comes in whatever rhythm, the text is the same', async () => {
  const step = fc.oneof(fc.string({ minLength: 1, maxLength: 4 }), fc.constant(undefined));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.constantFrom(0, 20), async (steps, intervalMs) => {
      const model = steered();
      const { seen, done } = read(mergeDeltas(model.parts, { intervalMs, wait: model.wait }));
      for (const text of steps) {
        if (text === undefined) model.pass();
        else model.write(text);
        await Promise.resolve();
      }
      model.finish();
      model.end();
      await done;
      assert.equal(seen.at(-1), 'finished');
      assert.equal(seen.slice(0, -1).join(''), steps.filter((text) => text !== undefined).join(''));
    }),
  );
});
