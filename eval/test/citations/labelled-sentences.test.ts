import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Question } from '../../beir.ts';
import { alterAntonym, alterName, alterNegation, alterNumber } from '../../citations/alter.ts';
import { createArticles, labelledSentences } from '../../citations/labelled-sentences.ts';
import { checkAll, measure } from '../../citations/measure.ts';
import { reorder, shorten, toStatement } from '../../citations/rephrase.ts';

const paragraph = {
  id: 'p1',
  title: 'Alder Bridge',
  text: 'In 1901, the Alder Bridge was built by Ruth Ames (an engineer). It was closed in 1950. The mayor, Ivan Bolt, was not present.',
};
const other = { id: 'p2', title: 'Alder Bridge', text: 'Tolls were raised by Nora Quist in 1920.' };
const asked = (text: string, answer: string): Question => ({
  id: text,
  text,
  labels: new Map([['p1', 1]]),
  answers: [answer],
});
const context = {
  key: 'k',
  source: paragraph.text.split('. ')[0]!,
  paragraph: paragraph.text,
  names: ['Ivan Bolt', 'Nora Quist'],
};

test('true sentences keep the answer', () => {
  assert.equal(
    shorten('The bridge was built by Ruth Ames (an engineer) in 1901.', '1901'),
    'The bridge was built by Ruth Ames in 1901.',
  );
  assert.equal(shorten('It was (in 1901) built.', '1901'), undefined);
  assert.equal(reorder('In 1901, the bridge was built.'), 'The bridge was built in 1901.');
  assert.equal(toStatement('Who built the bridge?', 'Ruth Ames'), 'Ruth Ames built the bridge.');
  assert.equal(toStatement('When did the bridge open?', '1901'), 'The bridge open in 1901.');
  assert.equal(toStatement('How many arches did it have?', 'five'), 'It have five arches.');
  assert.equal(toStatement('Why was it closed?', 'rust'), undefined);
});

test('an altered sentence differs by one number, name, negation or contrary', () => {
  const sentence = 'The first bridge was built by Ruth Ames in 1901.';
  assert.match(
    alterNumber(sentence, context)!,
    /^The first bridge was built by Ruth Ames in (?!1901)[\d,]+\.$/,
  );
  assert.match(alterName(sentence, context)!, /by (?:Ivan Bolt|Nora Quist) in 1901/);
  assert.equal(alterNegation(sentence), 'The first bridge was not built by Ruth Ames in 1901.');
  assert.equal(alterNegation('It was not built.'), 'It was built.');
  assert.equal(alterAntonym('The first bridge stood.', context), 'The last bridge stood.');
  assert.equal(alterNumber('It was built.', context), undefined);
});

test('each question gives the same true and false sentence in every run', () => {
  const articles = createArticles([paragraph, other]);
  const question = asked('When was the Alder Bridge built?', '1901');
  const sentences = labelledSentences(question, articles);
  assert.deepEqual(
    sentences.map(({ isTrue }) => isTrue),
    [true, false],
  );
  assert.deepEqual(labelledSentences(question, articles), sentences);
  assert.deepEqual(labelledSentences(asked('When?', 'never'), articles), []);
});

test('precision and recall are those of what was found supported', () => {
  const outcome = (isTrue: boolean, verdict: 'supported' | 'partly') => ({
    ...{ text: '', cited: undefined, paragraphs: [], kind: 'verbatim' as const, score: 1, ms: 1 },
    isTrue,
    verdict,
  });
  const { sentences, precision, recall } = measure([
    outcome(true, 'supported'),
    outcome(true, 'supported'),
    outcome(true, 'partly'),
    outcome(false, 'supported'),
    outcome(false, 'partly'),
  ]);
  assert.deepEqual({ sentences, precision, recall }, { sentences: 5, precision: 0.667, recall: 0.667 });
});

test('a sentence is checked against the paragraph that it cites', () => {
  const sentence = {
    text: 'Tolls were raised by Nora Quist in 1920.',
    paragraphs: [paragraph, other],
    isTrue: true,
    kind: 'verbatim' as const,
  };
  const verdicts = checkAll([
    { ...sentence, cited: 'p2' },
    { ...sentence, cited: 'p1' },
    { ...sentence, cited: undefined },
  ]).map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, ['supported', 'unsupported', 'supported']);
});
