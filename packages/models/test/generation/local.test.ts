import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openLocalGenerator } from '../../generation/local.ts';
import type { Generator } from '../../generation.ts';
import { listen, passage, question } from './fixture.ts';
import { path, skip } from './local/real-model.ts';

// A machine that runs all tests at once is slow.
const limits = { firstTokenTimeoutMs: 120_000, betweenTokensTimeoutMs: 60_000 };
let opened: Promise<Generator> | undefined;
after(async () => (await opened)?.close());

function open(): Promise<Generator> {
  opened ??= openLocalGenerator({
    model: path,
    threads: 1,
    sequences: 1,
    contextTokens: 1024,
    maxTokens: 5,
    ...limits,
  });
  return opened;
}

test('an answer comes token by token, and finishes with usage and no cost', { skip }, async () => {
  const generator = await open();
  assert.equal(generator.model, 'SmolLM2-135M-Instruct.Q4_1');
  const { parts, finished } = await listen(generator);
  assert.ok(parts.length > 2);
  assert.equal(finished?.finishReason, 'length');
  assert.equal(finished?.usage.outputTokens, 5);
  assert.ok(finished.usage.inputTokens > 250 && finished.usage.inputTokens < 600);
  assert.equal(finished.costUsd, 0);
});

test('a reader that stops early, or aborts, leaves the model to the next', { skip }, async () => {
  const generator = await open();
  for await (const part of generator.generate({ ...question, signal: new AbortController().signal })) {
    if (part.type === 'delta') break;
  }
  const gone = new AbortController();
  const parts = generator.generate({ ...question, signal: gone.signal })[Symbol.asyncIterator]();
  await parts.next();
  const next = parts.next();
  gone.abort(new Error('the client went away'));
  await assert.rejects(next, /went away/);
  assert.equal((await listen(generator)).finished?.usage.outputTokens, 5);
});

test('a prompt that is too long for the model has its own code', { skip }, async () => {
  const passages = [passage(1, 'Refunds take ten days. '.repeat(400))];
  assert.equal((await listen(await open(), { passages })).error?.code, 'FRESHET_CONTEXT_TOO_LONG');
});

test('a model that is slower than its time limit is timed out', { skip }, async () => {
  const generator = await openLocalGenerator({
    model: path,
    threads: 1,
    contextTokens: 1024,
    firstTokenTimeoutMs: 1,
  });
  try {
    assert.equal((await listen(generator)).error?.code, 'FRESHET_MODEL_TIMEOUT');
  } finally {
    await generator.close();
  }
});

test('a file that is no model is refused with the reason', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-gguf-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, bytes] of [
    ['empty.gguf', ''],
    ['text.gguf', 'no model at all'],
    ['cut.gguf', 'GGUF\u0003'],
  ] as const) {
    const model = join(folder, name);
    await writeFile(model, bytes);
    await assert.rejects(openLocalGenerator({ model }), { code: 'FRESHET_MODEL_UNAVAILABLE' }, name);
  }
});

for (const [model, message] of [
  ['/no/such/model.gguf', /no such file/],
  ['gpt-9', /name the path of a GGUF file, or SmolLM2-135M/],
  ['/', /no such file/],
] as const) {
  test(`there is no model at ${model}`, async () => {
    await assert.rejects(openLocalGenerator({ model }), { code: 'FRESHET_CONFIG_INVALID', message });
  });
}
