import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Engine, openEngine } from '../../../generation/local/engine.ts';
import { isInstalled, path, skip } from './real-model.ts';

const system = 'You answer in one short sentence, in plain English, about whatever the user names. '.repeat(
  4,
);
let engine: Engine | undefined;
after(() => engine?.close());

async function ask(content: string, { abortAfter = Infinity, signal = new AbortController() } = {}) {
  engine ??= await openEngine({ path, threads: 1, sequences: 2, contextTokens: 768 });
  let text = '';
  let tokens = 0;
  const result = await engine.generate(
    { system, messages: [{ role: 'user', content }], maxTokens: 8 },
    {
      signal: signal.signal,
      onText(delta) {
        text += delta;
        tokens += 1;
        if (tokens === abortAfter) signal.abort();
      },
      onThinking() {},
    },
  );
  return { ...result, text };
}

test('an answer has at most its tokens, and the same question the same answer', { skip }, async () => {
  const first = await ask('The sea.');
  assert.equal(first.outputTokens, 8);
  assert.equal(first.finishReason, 'length');
  assert.notEqual(first.text.trim(), '');
  assert.ok(first.inputTokens > 60);
  assert.equal((await ask('The sea.')).text, first.text);
});

test('what a prompt has in common with an earlier one is not computed again', { skip }, async () => {
  await ask('The sky.');
  const { cachedTokens, inputTokens } = await ask('A tree.');
  assert.ok(inputTokens - cachedTokens < 12, `${cachedTokens} of ${inputTokens}`);
});

test('an abort ends an answer within one token, and the sequence is used again', { skip }, async () => {
  const { finishReason, outputTokens } = await ask('Iron.', { abortAfter: 3 });
  assert.equal(finishReason, 'cancelled');
  assert.ok(outputTokens <= 4, String(outputTokens));
  assert.equal((await ask('Iron.')).outputTokens, 8);
});

test('an abort ends the reading of a prompt', { skip }, async () => {
  const signal = new AbortController();
  const asked = ask('word '.repeat(400), { signal });
  signal.abort();
  const { finishReason, outputTokens } = await asked;
  assert.deepEqual([finishReason, outputTokens], ['cancelled', 0]);
});

test('two answers at once do not mix', { skip }, async () => {
  const alone = [await ask('Gold.'), await ask('Snow.')];
  const together = await Promise.all([ask('Gold.'), ask('Snow.')]);
  assert.deepEqual(
    together.map(({ text }) => text.slice(0, 4)),
    alone.map(({ text }) => text.slice(0, 4)),
  );
});

test('a prompt that leaves no room for an answer is too long', { skip }, async () => {
  await assert.rejects(ask('word '.repeat(900)), { code: 'FRESHET_CONTEXT_TOO_LONG' });
});

test('without node-llama-cpp it is said what to install', {
  skip: isInstalled && 'it is installed',
}, async () => {
  await assert.rejects(openEngine({ path, threads: 1, sequences: 1, contextTokens: 512 }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /npm run -s local-model:install/,
  });
});
