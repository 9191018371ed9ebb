import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { chat, toLines } from './dataset/fixture.ts';
import { freshet } from './run-cli.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'freshet-dataset-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const linesOf = async (...path: string[]) =>
  (await readFile(join(...path), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('chats of several files become two files in the format of Bedrock, and in that of OpenAI', async (t) => {
  const out = await folder(t);
  const files = [join(out, 'a.jsonl'), join(out, 'b.jsonl')];
  await writeFile(files[0]!, toLines(Array.from({ length: 20 }, (_, i) => chat(i))));
  await writeFile(files[1]!, `${toLines(Array.from({ length: 20 }, (_, i) => chat(i + 20)))}{"half`);
  const options = ['--validation-share', '0.4', '--out', out, '--json'];
  const bedrock = await freshet(['dataset', 'export', ...files, '--format', 'bedrock', ...options], {});
  assert.equal(bedrock.code, 3, bedrock.error);
  assert.match(bedrock.error, /b\.jsonl:21: FRESHET_BODY_MALFORMED: not JSON/);
  const { train, validation } = JSON.parse(bedrock.out);
  assert.equal(train + validation, 40);
  const [examples, aside] = [await linesOf(out, 'train.jsonl'), await linesOf(out, 'validation.jsonl')];
  assert.deepEqual([examples.length, aside.length], [train, validation]);
  assert.ok(validation > 0);
  const [first] = examples;
  assert.deepEqual(Object.keys(first), ['schemaVersion', 'system', 'messages']);
  assert.equal(first.schemaVersion, 'bedrock-conversation-2024');
  assert.match(first.system[0].text, /^You answer/);
  assert.deepEqual(
    first.messages.map((each: { role: string }) => each.role),
    ['user', 'assistant'],
  );
  assert.match(first.messages[1].content[0].text, /^Number/);

  const openai = await freshet(['dataset', 'export', ...files, '--format', 'openai', ...options], {});
  assert.equal(openai.code, 3);
  const [same] = await linesOf(out, 'train.jsonl');
  assert.deepEqual(
    same.messages.map((each: { role: string }) => each.role),
    ['system', 'user', 'assistant'],
  );
  assert.equal(same.messages[2].content, first.messages[1].content[0].text);
});

test('without a good chat there is nothing to train with, and a missing file is named', async (t) => {
  const out = await folder(t);
  const file = join(out, 'chats.jsonl');
  await writeFile(file, toLines([chat(1, { feedback: 'bad' })]));
  const none = await freshet(['dataset', 'export', file, '--format', 'openai', '--out', out], {});
  assert.deepEqual([none.code, /not good +1/.test(none.out)], [1, true]);
  const missing = await freshet(
    ['dataset', 'export', join(out, 'no'), '--format', 'openai', '--out', out],
    {},
  );
  assert.deepEqual([missing.code, /no such file/.test(missing.error)], [1, true]);
});

for (const [args, message] of [
  [['import'], /freshet dataset export/],
  [['export', '--out', 'x'], /--format takes/],
  [['export', '--format', 'bedrock'], /--out FOLDER is missing/],
  [['export', '--format', 'bedrock', '--out', 'x', '--validation-share', '2'], /share from 0 to 0\.5/],
] as const) {
  test(`wrong words are refused: ${args.join(' ')}`, async () => {
    const { code, error } = await freshet(['dataset', ...args], {});
    assert.equal(code, 2);
    assert.match(error, message);
  });
}
