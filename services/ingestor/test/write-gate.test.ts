import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriteGate } from '../write-gate.ts';

/** Makes documents ready in turn and says which were let through. */
function open(most: number) {
  const gate = createWriteGate(most);
  const passed: string[] = [];
  return {
    ...gate,
    ready: (name: string) => void gate.ready().then(() => passed.push(name)),
    async passed() {
      await new Promise(setImmediate);
      return passed.splice(0);
    },
  };
}

test('ready documents wait for those that were begun, and all go together', async () => {
  const { begin, ready, leave, passed } = open(10);
  for (let i = 0; i < 4; i += 1) begin();
  ready('a');
  ready('b');
  assert.deepEqual(await passed(), []);
  leave();
  assert.deepEqual(await passed(), [], 'one is still begun');
  ready('c');
  assert.deepEqual(await passed(), ['a', 'b', 'c']);
  begin();
  ready('d');
  assert.deepEqual(await passed(), ['d'], 'there is nobody to wait for');
});

test('a document that was begun last and is not written lets the others go', async () => {
  const { begin, ready, leave, passed } = open(10);
  begin();
  begin();
  ready('a');
  leave();
  assert.deepEqual(await passed(), ['a']);
});

test('so many that are ready wait for no more', async () => {
  const { begin, ready, passed } = open(2);
  for (let i = 0; i < 3; i += 1) begin();
  ready('a');
  ready('b');
  assert.deepEqual(await passed(), ['a', 'b']);
});
