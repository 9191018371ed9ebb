import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationPart } from '@freshet/models/generation';
import type { GenerateEvent } from '@freshet/shared/contracts';
import { generate } from '../generate.ts';

async function events(finished: Omit<Extract<GenerationPart, { type: 'finished' }>, 'type'>) {
  const router = {
    async *generate() {
      yield { type: 'delta' as const, text: 'Refunds take ten days.' };
      yield { type: 'finished' as const, ...finished, ...routed };
    },
  };
  const all: GenerateEvent[] = [];
  const question = {
    messages: [{ role: 'user' as const, content: 'How long?' }],
    passages: [],
    tenant: 'default',
    signal: new AbortController().signal,
  };
  for await (const event of generate(router, question)) all.push(event);
  return all;
}

const routed = { route: 'default', model: 'a-model', attempts: [] };
const usage = { inputTokens: 1000, outputTokens: 50 };

test('the last event has the model, its usage and what it cost', async () => {
  const all = await events({ finishReason: 'stop', usage, costUsd: 0.00125 });
  assert.deepEqual(all.at(-1), {
    type: 'generation.completed',
    ...routed,
    finishReason: 'stop',
    usage,
    costUsd: 0.00125,
  });
});

test('a price that is not known gives no cost, not one of nothing', async () => {
  const all = await events({ finishReason: 'stop', usage });
  assert.ok(!('costUsd' in all.at(-1)!));
});

test('an abstention is not checked for citations', async () => {
  const types = (await events({ finishReason: 'abstained', usage })).map(({ type }) => type);
  assert.deepEqual(types, ['answer.delta', 'generation.completed']);
});
