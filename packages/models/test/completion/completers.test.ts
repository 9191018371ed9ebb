import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createBedrockCompleter } from '../../completion/bedrock.ts';
import { createOpenAiCompleter } from '../../completion/openai.ts';

const prompt = { system: 'Be brief.', messages: [{ role: 'user' as const, content: 'Why?' }] };
const answer = (text: string) =>
  /Be brief\.[\s\S]*Why\?/.test(text) ? 'Because of the tide.' : 'wrong prompt';
const common = { model: 'm', maxTokens: 50, maxAttempts: 1 };

const openers = {
  async bedrock(t: TestContext) {
    const fake = await startFakeBedrock({ answer });
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
    const region = 'eu-central-1';
    const completer = createBedrockCompleter({ ...common, region, endpoint: fake.url, credentials });
    t.after(async () => {
      await completer.close();
      await fake.close();
    });
    const fail = () => fake.failNext({ type: 'refused', error: 'AccessDeniedException' });
    return { completer, log: fake.log, silence: () => fake.failNext({ type: 'silent' }), fail };
  },
  async openai(t: TestContext) {
    const fake = await startFakeOpenAi({ answer });
    const completer = createOpenAiCompleter({ ...common, baseUrl: fake.url });
    t.after(async () => {
      await completer.close();
      await fake.close();
    });
    const fail = () => fake.failNext({ type: 'refused', status: 401 });
    return { completer, log: fake.log, silence: () => fake.failNext({ type: 'silent' }), fail };
  },
};

for (const [name, open] of Object.entries(openers)) {
  test(`${name}: the whole text comes at once, with the system prompt heeded`, async (t) => {
    const { completer } = await open(t);
    const { signal } = new AbortController();
    assert.equal(await completer.complete(prompt, { signal }), 'Because of the tide.');
  });

  test(`${name}: a refusal has its code, and an abort reaches the socket`, async (t) => {
    const { completer, log, silence, fail } = await open(t);
    const gone = new AbortController();
    fail();
    await assert.rejects(completer.complete(prompt, { signal: gone.signal }), {
      code: 'FRESHET_MODEL_REFUSED',
    });
    silence();
    const next = log.next();
    const call = completer.complete(prompt, { signal: gone.signal });
    const request = await next;
    gone.abort(new Error('gone'));
    await assert.rejects(call);
    assert.equal(await request.ended, 'aborted');
  });
}
