import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { builtInPrompts, openPrompts } from '../../../generation/prompt/templates.ts';
import { buildPrompt } from '../../../generation/prompt.ts';
import { question } from '../fixture.ts';

async function promptsOf(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-prompts-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

test('the prompt that comes with Freshet has its rules and its examples, and nothing left to fill in', () => {
  const { system } = builtInPrompts().get();
  assert.match(system, /I found no answer to this/);
  assert.match(system, /<passage ref="1" title="Travel policy > Meals" changed="2026-02-03">/);
  assert.doesNotMatch(system, /\{\{/);
});

test('a folder stands over it by the file, and each prompt has a version by its content', async (t) => {
  const folder = await promptsOf(t, {
    'default/system.md': 'Answer in one word.\n',
    'brief/passage.md': '<passage n="{{ref}}">{{text}}</passage>',
  });
  const prompts = openPrompts(folder);
  const { system, hash } = prompts.get();
  assert.equal(system, 'Answer in one word.');
  assert.match(hash, /^[0-9a-f]{12}$/);
  assert.notEqual(hash, builtInPrompts().get().hash);
  assert.equal(prompts.get('brief').system, 'Answer in one word.');
  const { messages } = buildPrompt(question.messages, question.passages, { template: prompts.get('brief') });
  assert.match(messages.at(-1)!.content, /<passage n="1">Refunds take ten days\.<\/passage>/);
  assert.equal(openPrompts(folder).get('brief').hash, prompts.get('brief').hash);
});

test('a name that is not there is refused, naming those that are', () => {
  assert.throws(() => builtInPrompts().get('brief'), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /"brief"; there are: default, judge/,
  });
});

for (const [fault, files, message] of [
  [
    'a template without a placeholder',
    { 'default/question.md': '{{question}}' },
    /question\.md lacks \{\{passages\}\}/,
  ],
  ['examples that are no JSON', { 'default/examples.json': '[' }, /default\/examples\.json is not JSON/],
  ['examples without an answer', { 'default/examples.json': '[{"passages":[],"question":"a"}]' }, /answer/],
] as const) {
  test(`${fault} is refused at the start`, async (t) => {
    const folder = await promptsOf(t, files);
    assert.throws(() => openPrompts(folder), { code: 'FRESHET_CONFIG_INVALID', message });
  });
}

test('a folder that is not there is refused', () => {
  assert.throws(() => openPrompts('/nowhere'), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /PROMPTS_DIR \/nowhere/,
  });
});
