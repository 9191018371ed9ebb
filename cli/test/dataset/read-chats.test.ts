import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChats } from '../../dataset/read-chats.ts';
import { bytesOf, chat } from './fixture.ts';

async function read(...pieces: (string | Uint8Array)[]): Promise<string[]> {
  const lines = await Array.fromAsync(readChats(bytesOf(...pieces), 'f'));
  return lines.map((line) => `${line.place} ${'chat' in line ? line.chat.chatId : line.code}`);
}

const whole = JSON.stringify(chat(1));

test('lines may be cut anywhere, the last needs no end, and empty ones count', async () => {
  assert.deepEqual(await read(`${whole.slice(0, 20)}`, `${whole.slice(20)}\r\n\n  \n`, whole), [
    'f:1 chat-1',
    'f:4 chat-1',
  ]);
  assert.deepEqual(await read(''), []);
  assert.deepEqual(await read(`\ufeff${whole}`), ['f:1 chat-1']);
  const bytes = Buffer.from(JSON.stringify(chat(1, { answer: 'ja 🙂 نعم \u0000 [1]' })));
  assert.deepEqual(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte))), ['f:1 chat-1']);
});

test('what is no JSON in UTF-8 has its code, and so has what is too deep or too long', async () => {
  assert.deepEqual(
    await read(
      '{"half":\n',
      Uint8Array.of(0x22, 0xff, 0x22, 0x0a),
      `${'['.repeat(100)}${']'.repeat(100)}\n`,
      `${'x'.repeat(5 * 1024 * 1024)}\n`,
      `${whole}\n`,
    ),
    [
      'f:1 FRESHET_BODY_MALFORMED',
      'f:2 FRESHET_BODY_MALFORMED',
      'f:3 FRESHET_BODY_MALFORMED',
      'f:4 FRESHET_BODY_TOO_LARGE',
      'f:5 chat-1',
    ],
  );
});
