import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, Registry } from '@freshet/shared/metrics';
import { type BatchStage, createBatchClock } from '../batch-clock.ts';

test('a stage lasts while any document is in it, and time beside embedding is what no embedding covers', async () => {
  let now = 0;
  const clock = createBatchClock(() => now);
  const step = (stage: BatchStage): Step => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { begin: () => clock.time(stage, () => promise), end: resolve };
  };
  const [parse, embed, parseNext, write] = [step('parse'), step('embed'), step('parse'), step('write')];
  const end = async (step: Step, running: Promise<void>) => {
    step.end();
    await running;
  };
  now = 1_000; // waiting is in no stage
  const parsing = parse.begin();
  now = 2_000;
  const parsingNext = parseNext.begin();
  now = 3_000;
  await end(parse, parsing);
  const embedding = embed.begin();
  now = 5_000;
  await end(parseNext, parsingNext);
  now = 6_000;
  await end(embed, embedding);
  now = 7_000;
  const writing = write.begin();
  now = 7_500;
  await end(write, writing);

  const registry = new Registry();
  const seconds = new Histogram({
    name: 'batch',
    help: 'stages',
    labelNames: ['stage'],
    registers: [registry],
  });
  clock.observe(seconds);
  const text = await registry.metrics();
  const sum = (stage: string) => Number(new RegExp(`sum\\{stage="${stage}"\\} (.*)`).exec(text)?.[1]);
  assert.deepEqual(['parse', 'embed', 'write', 'beside_embedding'].map(sum), [4, 3, 0.5, 2.5]);
});

interface Step {
  begin(): Promise<void>;
  end(): void;
}
