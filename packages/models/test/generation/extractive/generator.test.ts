import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExtractiveGenerator } from '../../../generation/extractive/generator.ts';
import { listen, passage } from '../fixture.ts';

const generator = createExtractiveGenerator();
const ask = (content: string, ...texts: string[]) =>
  listen(generator, {
    messages: [{ role: 'user', content }],
    passages: texts.map((text, i) => passage(i + 1, text)),
  });

test('the sentence that answers is given with its citation', async () => {
  const { text } = await ask(
    'How long are snapshots kept?',
    'The hub is a server. Snapshots are kept for 30 days. Agents connect to it.',
  );
  assert.equal(text, 'Snapshots are kept for 30 days. [1]');
});

test('prose comes before rows of a table and links of a menu', async () => {
  const { text } = await ask(
    'How long are snapshots kept?',
    'Home | Snapshots kept | Pricing\nSnapshots kept',
    'By default, snapshots are kept for 30 days.',
  );
  assert.match(text, /^By default, snapshots are kept for 30 days\. \[2\]/);
});

test('a row answers where nothing else does', async () => {
  const { text } = await ask(
    'What is the snapshot retention of the Team plan?',
    'Team plan | snapshot retention 90 days',
  );
  assert.match(text, /90 days \[1\]/);
});

test('what two passages say alike is said once', async () => {
  const { text } = await ask(
    'How long are snapshots kept?',
    'Snapshots are kept for 30 days.',
    'Snapshots are always kept for 30 days.',
  );
  assert.equal(text.split('\n').length, 1);
});

test('a question among the passages is no answer', async () => {
  const { text } = await ask(
    'How long are snapshots kept?',
    'How long are snapshots kept? Snapshots stay for 30 days.',
  );
  assert.equal(text, 'Snapshots stay for 30 days. [1]');
});

test('German words are found in their forms', async () => {
  const { text } = await ask(
    'Wie lange wird eine Rechnung aufbewahrt?',
    'Der Server steht in Bonn. Rechnungen werden zehn Jahre aufbewahrt.',
  );
  assert.equal(text, 'Rechnungen werden zehn Jahre aufbewahrt. [1]');
});

test('passages that have nothing of the question give no answer, in its language', async () => {
  const { text, finished } = await ask('Wie hoch ist der Mond und warum?', 'Refunds take ten days.');
  assert.match(text, /keine Antwort/);
  assert.equal(finished?.finishReason, 'abstained');
});
