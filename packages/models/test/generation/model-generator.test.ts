import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModelGenerator, type ModelPart } from '../../generation/model-generator.ts';
import { builtInPrompts } from '../../generation/prompt/templates.ts';
import { listen } from './fixture.ts';

function speaking(parts: ModelPart[]) {
  return createModelGenerator({
    model: 'm',
    provider: 'custom',
    price: { inputPerMTok: 1, outputPerMTok: 1 },
    firstTokenTimeoutMs: 10_000,
    betweenTokensTimeoutMs: 10_000,
    async *stream() {
      yield* parts;
    },
    close: async () => {},
  });
}

test('thinking and empty text are not handed on', async () => {
  const { parts, text } = await listen(
    speaking([
      { type: 'thinking' },
      { type: 'delta', text: '' },
      { type: 'delta', text: 'Ten days. [1]' },
      { type: 'finished', finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 4 } },
    ]),
  );
  assert.equal(text, 'Ten days. [1]');
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['delta', 'finished'],
  );
});

test('a price without a count of tokens gives no cost', async () => {
  const { finished } = await listen(
    speaking([
      { type: 'delta', text: 'Ten' },
      { type: 'finished', finishReason: 'stop' },
    ]),
  );
  assert.deepEqual(finished, {
    type: 'finished',
    finishReason: 'stop',
    usage: { inputTokens: 0, outputTokens: 0 },
    promptHash: builtInPrompts().get().hash,
  });
});

test('a stream that ends without being finished has broken off', async () => {
  const { error, text } = await listen(speaking([{ type: 'delta', text: 'Ten' }]));
  assert.equal(text, 'Ten');
  assert.equal(error?.code, 'FRESHET_MODEL_BROKE_OFF');
});
