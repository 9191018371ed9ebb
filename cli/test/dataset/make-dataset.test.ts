import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataset } from '../../dataset/make-dataset.ts';
import { readChats } from '../../dataset/read-chats.ts';
import { bytesOf, chat, passage, toLines } from './fixture.ts';

async function make(chats: readonly unknown[], validationShare = 0) {
  const invalid: string[] = [];
  const dataset = await makeDataset(readChats(bytesOf(toLines(chats)), 'chats'), {
    validationShare,
    onInvalid: ({ place, code }) => void invalid.push(`${place} ${code}`),
  });
  return { ...dataset, invalid };
}

test('only finished answers from passages that were found good are kept, and the rest is counted', async () => {
  const { counts, examples } = await make([
    chat(1),
    chat(2, { feedback: 'bad' }),
    chat(3, { finishReason: 'length' }),
    chat(4, { finishReason: 'cancelled' }),
    chat(5, { passages: [], finishReason: 'abstained' }),
    chat(6, { finishReason: 'abstained' }),
  ]);
  assert.equal(examples.train.length, 2);
  const { chats, notGood, unfinished, withoutPassages, train } = counts;
  assert.deepEqual(
    { chats, notGood, unfinished, withoutPassages, train },
    { chats: 6, notGood: 1, unfinished: 2, withoutPassages: 1, train: 2 },
  );
});

test('an example is the prompt that the model is asked with, the conversation and the answer', async () => {
  const messages = [
    { role: 'user', content: 'How are you?' },
    { role: 'assistant', content: 'Well.' },
    { role: 'user', content: 'And refunds?' },
  ];
  const { examples } = await make([chat(1, { messages })]);
  const [example] = examples.train;
  assert.match(example!.system, /cite the passages/);
  assert.deepEqual(
    example!.messages.map(({ role }) => role),
    ['user', 'assistant', 'user'],
  );
  assert.match(
    example!.messages[2]!.content,
    /^<passages>\n<passage ref="1" title="Office" changed="2026-09-01">\nAbout parking[\s\S]*And refunds\?$/,
  );
  assert.match(example!.answer, /\[1\]$/);
});

test('personal data are masked wherever they stand, and counted', async () => {
  const { examples, counts } = await make([
    chat(1, {
      messages: [
        { role: 'user', content: 'I am jo@example.com' },
        { role: 'assistant', content: 'Call +49 30 901820' },
        { role: 'user', content: 'My card is 4111 1111 1111 1111' },
      ],
      passages: [
        {
          ...passage(1, 'd', 'Pay to DE89370400440532013000'),
          title: 'Host 10.0.0.1',
          headingPath: ['ann@example.org'],
        },
      ],
      answer: 'Ask ann@example.org. [1]',
    }),
  ]);
  assert.doesNotMatch(JSON.stringify(examples), /example\.|901820|4111|DE89|10\.0/);
  assert.deepEqual(counts.masked, { email: 3, iban: 1, card: 1, ip: 1, phone: 1 });
});

test('of what is said twice the newest is kept, and what is nearly the same counts as such', async () => {
  const say = (number: number, question: string, answer: string) =>
    chat(number, { messages: [{ role: 'user', content: question }], answer });
  const answer =
    'Refunds take ten working days from the day on which the parcel arrives at our warehouse in Hamburg.';
  const { counts, examples } = await make([
    say(1, 'How long do refunds take?', `${answer} [1]`),
    say(2, 'how long do  refunds take', `${answer.toUpperCase()} [1]`),
    say(3, 'How long do refunds take?', `${answer} Thanks. [1]`),
    say(4, 'How long do refunds take?', 'Two weeks at most. [1]'),
  ]);
  assert.deepEqual([counts.duplicates, counts.nearDuplicates, counts.train], [1, 1, 2]);
  assert.ok(examples.train.some((each) => each.answer.includes('Thanks')));
});

test('no document is in both parts, and the order of the chats changes nothing', async () => {
  const chats = Array.from({ length: 60 }, (_, i) =>
    chat(i, { passages: [passage(1, `d${i % 20}`, 'a'), passage(2, i < 4 ? 'shared' : `e${i}`, 'b')] }),
  );
  const { examples, counts } = await make(chats, 0.3);
  assert.ok(counts.validation > 0 && counts.train > counts.validation, JSON.stringify(counts));
  const again = await make(chats.toReversed(), 0.3);
  assert.deepEqual(again.examples, examples);
});

test('wrong lines are named by their place, and lose no other', async () => {
  const { invalid, counts } = await make([
    { ...chat(1), feedback: 'great' },
    chat(2),
    { ...chat(3), messages: [] },
    { ...chat(4), answer: ' ' },
    { ...chat(5), messages: [{ role: 'assistant', content: 'Hello.' }] },
    { ...chat(6), createdAt: 'yesterday' },
    [],
    null,
    chat(7),
  ]);
  assert.deepEqual(
    invalid,
    [1, 3, 4, 5, 6, 7, 8].map((line) => `chats:${line} FRESHET_CHAT_INVALID`),
  );
  assert.deepEqual([counts.invalid, counts.chats, counts.train], [7, 2, 2]);
});
